/*
 * The ioctls that are passed on have the same numbers, and with them sizes, on
 * both machines, and so have structures with pointers inside.  Then some of
 * them.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "../../src/linux-user/files/ioctl_numbers.h"

int open(const char *path, int flags, ...);    /* fcntl.h has it all again */

#define ERROR(e) printf("%s: %d\n", #e, (long)(e) == -1 ? errno : 0)
#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

static void rows(void)
{
#define IOCTL_VALUE(name) printf("%s %x\n", #name, (unsigned)name);
#define IOCTL_POINTER(name) IOCTL_VALUE(name)
#define IOCTL_SIZED(name) IOCTL_VALUE(name)
#define IOCTL_INSIDE(name, type, field, other)                             \
    printf("%s %x: %d, %d, %d\n", #name, (unsigned)name, (int)sizeof(type), \
           (int)offsetof(type, field), (int)offsetof(type, other));
#include "../../src/linux-user/files/ioctl.def"
}

/* On whatever there is everywhere; as natively if only by its error. */
static void calls(void)
{
    int file = open("ioctls.file", O_RDWR | O_CREAT, 0600);
    int null = open("/dev/null", O_RDWR);
    int ns = open("/proc/self/ns/pid", O_RDONLY);
    int mnt = open("/proc/self/ns/mnt", O_RDONLY);
    int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
    struct fsverity_enable_arg verity = { .version = 1 };
    struct fsverity_read_metadata_arg metadata = { .metadata_type = 1 };
    static char btrfs[4096];
    char room[256] = "";
    unsigned long id = 0;
    struct loop_info info;

    ERROR(ioctl(file, FS_IOC_ENABLE_VERITY, &verity));
    verity.salt_ptr = 8;
    verity.salt_size = 4;
    ERROR(ioctl(file, FS_IOC_ENABLE_VERITY, &verity));
    ERROR(ioctl(file, FS_IOC_ENABLE_VERITY, (void *)8));
    ERROR(ioctl(file, FS_IOC_MEASURE_VERITY, room));
    ERROR(ioctl(file, FS_IOC_READ_VERITY_METADATA, &metadata));
    ERROR(ioctl(file, FS_IOC_GETFSUUID, room));
    ERROR(ioctl(file, FS_IOC_GETFSSYSFSPATH, room));
    ERROR(ioctl(file, FS_IOC_GET_ENCRYPTION_POLICY_EX, room));
    ERROR(ioctl(null, LOOP_GET_STATUS, &info));
    ERROR(ioctl(99, LOOP_SET_STATUS, &info));
    ERROR(ioctl(mnt, NS_GET_MNTNS_ID, &id));
    SHOW(id != 0);
    ERROR(ioctl(mnt, NS_GET_MNTNS_ID, (void *)8));
    ERROR(ioctl(ns, NS_GET_MNTNS_ID, &id));
    SHOW(ioctl(ns, NS_GET_TGID_FROM_PIDNS, getpid()) == getpid());
    SHOW(ioctl(ns, NS_GET_PID_IN_PIDNS, getpid()) == getpid());
    ERROR(ioctl(ns, NS_GET_PID_FROM_PIDNS, 99999999));
    SHOW(ioctl(ns, NS_GET_NSTYPE));
    ERROR(ioctl(mnt, NS_MNT_GET_INFO, room));
    ERROR(ioctl(mnt, NS_MNT_GET_INFO, NULL));
    memset(room, 0, sizeof(room));
    room[0] = 1;
    ERROR(ioctl(pidfd, PIDFD_GET_INFO, room));
    SHOW(*(int *)(room + 16) == getpid());
    ERROR(ioctl(pidfd, PIDFD_GET_INFO, NULL));
    SHOW(ioctl(pidfd, PIDFD_GET_PID_NAMESPACE, 0) > 0);
    ERROR(ioctl(null, WDIOC_KEEPALIVE, 0));
    ERROR(ioctl(null, EVIOCGNAME(100), room));
    ERROR(ioctl(null, SNDRV_PCM_IOCTL_INFO, room));
    ERROR(ioctl(null, PPPIOCGUNIT, room));
    ERROR(ioctl(null, BLKGETDISKSEQ, &id));
    ERROR(ioctl(null, HDIO_GETGEO, room));
    ERROR(ioctl(open("/dev/loop0", O_RDONLY), HDIO_GETGEO, room));
    ERROR(ioctl(null, I2C_RDWR, room));
    ERROR(ioctl(open("/dev/btrfs-control", O_RDWR),
                BTRFS_IOC_GET_SUPPORTED_FEATURES, btrfs));
    ERROR(ioctl(file, BTRFS_IOC_SNAP_CREATE_V2, btrfs));
    unlink("ioctls.file");
}

/* A loop device of ours, if there is any; others may take the free one. */
static int take_loop(int back)
{
    int control = open("/dev/loop-control", O_RDWR);
    char path[32];

    for (int i = 0; control >= 0 && i < 1000; i++) {
        snprintf(path, sizeof(path), "/dev/loop%d",
                 ioctl(control, LOOP_CTL_GET_FREE));
        int fd = open(path, O_RDWR);
        if (fd < 0 || ioctl(fd, LOOP_SET_FD, back) == 0)
            return fd;
        close(fd);
        usleep(1000);
    }
    return -1;
}

/* The old status. */
static void loop_device(void)
{
    struct loop_info info;
    int fd, back;

    memset(&info, 7, sizeof(info));
    back = open("ioctls.back", O_RDWR | O_CREAT, 0600);
    unlink("ioctls.back");
    ftruncate(back, 1 << 16);
    fd = take_loop(back);
    if (fd < 0)
        return;
    ERROR(ioctl(fd, LOOP_GET_STATUS, &info));
    printf("offset %d name '%s' flags %d\n", info.lo_offset, info.lo_name,
           info.lo_flags);
    SHOW(info.lo_inode != 0);
    info.lo_offset = 4096;
    strcpy(info.lo_name, "a name");
    ERROR(ioctl(fd, LOOP_SET_STATUS, &info));
    memset(&info, 7, sizeof(info));
    ERROR(ioctl(fd, LOOP_GET_STATUS, &info));
    printf("offset %d name '%s' flags %d\n", info.lo_offset, info.lo_name,
           info.lo_flags);
    ERROR(ioctl(fd, LOOP_CLR_FD));
}

int main(void)
{
    rows();
    calls();
    loop_device();
    return 0;
}
