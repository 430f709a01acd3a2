/* ioctl: the table of what is passed on. */
#include "linux-user/sys.h"

#include <asm/termbits.h>
#include <asm/termios.h>
#include <errno.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/if_tun.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <linux/random.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/vt.h>
#include <linux/timerfd.h>
#include <sys/syscall.h>
#include "linux-user/seccomp.h"
#include "linux-user/usercopy.h"

/* A termio or serial ioctl whose macro needs a type that libc hides. */
#ifndef BLKROTATIONAL
#define BLKROTATIONAL _IO(0x12, 126)
#endif

/* Not in older headers. */
#ifndef SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR
#define SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR SECCOMP_IOR(2, __u64)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

typedef struct IoctlRow {
    uint32_t number;
    bool pointer;
    const char *name;
} IoctlRow;

static const IoctlRow rows[] = {
#define IOCTL_VALUE(name) { (uint32_t)name, false, #name },
#define IOCTL_POINTER(name) { (uint32_t)name, true, #name },
#include "linux-user/ioctl.def"
};

static const IoctlRow *find_row(uint32_t number)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].number == number) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *ioctl_name(uint32_t number)
{
    const IoctlRow *row = find_row(number);

    return row ? row->name : NULL;
}

/* struct ifconf { int len; char *buf; } */
static long get_ifconf(Task *t, const uint64_t *a)
{
    struct { int32_t len, pad; uint64_t buf; } conf, host;
    long ret;

    if (!mm_read(task_mm(t), &conf, a[2], sizeof(conf))) {
        return -EFAULT;
    }
    if (conf.buf >= TASK_SIZE) {
        return -EFAULT;
    }
    host = conf;
    host.buf = conf.buf ? (uintptr_t)g2h(task_mm(t), conf.buf) : 0;
    ret = pass_call(t, SYS_ioctl, 0, (uint64_t[6]){
        a[0], a[1], (uintptr_t)&host });
    conf.len = host.len;
    if (ret >= 0 && !mm_write(task_mm(t), a[2], &conf, sizeof(conf))) {
        return -EFAULT;
    }
    return ret;
}

/* struct ifreq with a pointer behind the name, both ways as it was. */
static long ifreq_with_data(Task *t, const uint64_t *a)
{
    struct { char name[16]; uint64_t data[3]; } guest, host;
    long ret;

    if (!mm_read(task_mm(t), &guest, a[2], sizeof(guest))) {
        return -EFAULT;
    }
    host = guest;
    host.data[0] = (uint64_t)host_pointer(t, guest.data[0]);
    ret = pass_call(t, SYS_ioctl, 0, (uint64_t[6]){
        a[0], a[1], (uintptr_t)&host });
    host.data[0] = guest.data[0];
    if (ret >= 0 && !mm_write(task_mm(t), a[2], &host, sizeof(host))) {
        return -EFAULT;
    }
    return ret;
}

long sys_ioctl(Task *t, const uint64_t *a)
{
    uint64_t v[6] = { a[0], (uint32_t)a[1], a[2] };
    const IoctlRow *row = find_row((uint32_t)a[1]);

    if (v[1] == SIOCGIFCONF) {
        return get_ifconf(t, v);
    }
    if (v[1] == SECCOMP_IOCTL_NOTIF_RECV) {
        return seccomp_receive(t, v);
    }
    if (v[1] == SECCOMP_IOCTL_NOTIF_SEND) {
        return seccomp_respond(t, v);
    }
    if (v[1] == SIOCETHTOOL) {
        return ifreq_with_data(t, v);
    }
    if (!row) {
        long flags = raw_syscall(SYS_fcntl, (int)a[0], F_GETFD, 0, 0, 0, 0);

        return flags < 0 ? flags : -ENOTTY;
    }
    return pass_call(t, SYS_ioctl, row->pointer ? 1u << 2 : 0, v);
}
