/*
 * What the rows of ioctl.def name: the kernel's headers, and the numbers that
 * older ones do not know.  tests/guest/ioctls.c includes it for both machines.
 */
#ifndef LINUX_USER_IOCTL_NUMBERS_H
#define LINUX_USER_IOCTL_NUMBERS_H

#include <asm/termbits.h>
#include <linux/blkpg.h>
#include <linux/blkzoned.h>
#include <linux/btrfs.h>
#include <linux/cdrom.h>
#include <linux/fiemap.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/gpio.h>
#include <linux/hdreg.h>
#include <linux/hidraw.h>
#include <linux/i2c-dev.h>
#include <linux/if_tun.h>
#include <linux/input.h>
#include <linux/joystick.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/msdos_fs.h>
#include <linux/nsfs.h>
#include <linux/ppp-ioctl.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <linux/serial.h>
#include <linux/sockios.h>
#include <linux/timerfd.h>
#include <linux/uinput.h>
#include <linux/usbdevice_fs.h>
#include <linux/vhost.h>
#include <linux/vt.h>
#include <linux/watchdog.h>
#include <sound/asound.h>
#include <sys/ioctl.h>

#ifndef DRM_IOCTL_SET_MASTER
#define DRM_IOCTL_SET_MASTER  _IO('d', 0x1e)
#define DRM_IOCTL_DROP_MASTER _IO('d', 0x1f)
#endif
#ifndef FS_IOC_GETFSUUID
#define FS_IOC_GETFSUUID      _IOR(0x15, 0, char[17])
#define FS_IOC_GETFSSYSFSPATH _IOR(0x15, 1, char[129])
#endif
#ifndef FS_IOC_GETLBMD_CAP
#define FS_IOC_GETLBMD_CAP _IOWR(0x15, 2, char[16])
#endif
#ifndef NS_GET_MNTNS_ID
#define NS_GET_MNTNS_ID        _IOR(0xb7, 5, __u64)
#define NS_GET_PID_FROM_PIDNS  _IOR(0xb7, 6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(0xb7, 7, int)
#define NS_GET_PID_IN_PIDNS    _IOR(0xb7, 8, int)
#define NS_GET_TGID_IN_PIDNS   _IOR(0xb7, 9, int)
#endif
#ifndef NS_MNT_GET_INFO
#define NS_MNT_GET_INFO _IOR(0xb7, 10, char[16])
#define NS_MNT_GET_NEXT _IOR(0xb7, 11, char[16])
#define NS_MNT_GET_PREV _IOR(0xb7, 12, char[16])
#endif
#ifndef NS_GET_ID
#define NS_GET_ID _IOR(0xb7, 13, __u64)
#endif
#ifndef PIDFD_GET_CGROUP_NAMESPACE
#define PIDFD_GET_CGROUP_NAMESPACE            _IO(0xff, 1)
#define PIDFD_GET_IPC_NAMESPACE               _IO(0xff, 2)
#define PIDFD_GET_MNT_NAMESPACE               _IO(0xff, 3)
#define PIDFD_GET_NET_NAMESPACE               _IO(0xff, 4)
#define PIDFD_GET_PID_NAMESPACE               _IO(0xff, 5)
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE  _IO(0xff, 6)
#define PIDFD_GET_TIME_NAMESPACE              _IO(0xff, 7)
#define PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE _IO(0xff, 8)
#define PIDFD_GET_USER_NAMESPACE              _IO(0xff, 9)
#define PIDFD_GET_UTS_NAMESPACE               _IO(0xff, 10)
#endif
#ifndef PIDFD_GET_INFO
#define PIDFD_GET_INFO _IOWR(0xff, 11, char[64])
#endif
#ifndef EPIOCSPARAMS
#define EPIOCSPARAMS _IOW(0x8a, 1, char[8])
#define EPIOCGPARAMS _IOR(0x8a, 2, char[8])
#endif
#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, __u64)
#endif

#ifndef SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR
#define SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR SECCOMP_IOR(2, __u64)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

/* Of struct ifconf and struct ifreq, where their pointers are. */
struct ifconf_at {
    int len;
    void *buf;
};
struct ifreq_at {
    char name[16];
    void *data;
    char rest[16];
};

/* Serial and block ones whose macros need types that libc hides. */
#ifndef BLKROTATIONAL
#define BLKROTATIONAL _IO(0x12, 126)
#endif

#endif
