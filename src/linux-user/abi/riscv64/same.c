/*
 * What calls of the host are given as it is (PASS in calls.def): sizes on
 * riscv64 of what such calls read and write.
 */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/utsname.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)

/* files */
SIZE(struct statfs, 120);
SIZE(struct statx, 256);
SIZE(struct flock, 32);
SIZE(struct open_how, 24);
SIZE(struct pollfd, 8);
SIZE(struct iovec, 16);
SIZE(struct file_handle, 8);
SIZE(struct iocb, 64);
SIZE(struct io_event, 32);
_Static_assert(offsetof(struct statfs, f_namelen) == 64, "struct statfs");
_Static_assert(offsetof(struct flock, l_start) == 8, "struct flock");
_Static_assert(offsetof(struct iocb, aio_buf) == 24, "struct iocb");

/* times and limits */
SIZE(struct timespec, 16);
SIZE(struct timeval, 16);
SIZE(struct itimerspec, 32);
SIZE(struct itimerval, 32);
SIZE(struct timex, 208);
SIZE(struct tms, 32);
SIZE(struct rusage, 144);
SIZE(struct rlimit, 16);
SIZE(struct sysinfo, 112);

/* signals */
SIZE(siginfo_t, 128);
SIZE(struct sigevent, 64);
_Static_assert(offsetof(siginfo_t, si_value) == 24, "siginfo_t");
_Static_assert(offsetof(siginfo_t, si_addr) == 16, "siginfo_t");
_Static_assert(offsetof(siginfo_t, si_status) == 24, "siginfo_t");

/* messages and shared memory */
SIZE(struct msghdr, 56);
SIZE(struct mmsghdr, 64);
SIZE(struct cmsghdr, 16);
SIZE(struct mq_attr, 64);
SIZE(struct msqid_ds, 120);
SIZE(struct shmid_ds, 112);
SIZE(struct sembuf, 6);
SIZE(struct clone_args, 88);
SIZE(struct utsname, 390);
_Static_assert(offsetof(struct msghdr, msg_iov) == 16, "struct msghdr");
_Static_assert(offsetof(struct shmid_ds, shm_segsz) == 48, "struct shmid_ds");
