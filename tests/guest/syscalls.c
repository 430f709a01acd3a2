/* System calls that few programs use, each with a result to look at. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static void show(const char *what, long ret)
{
    printf("%s: %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
}

static int make_file(const char *name, const char *text)
{
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

    write(fd, text, strlen(text));
    lseek(fd, 0, SEEK_SET);
    return fd;
}

/* --- files --- */

static void opening(void)
{
    struct open_how how = { .flags = O_RDONLY };
    struct statx sx;
    struct stat st;

    close(make_file("plain", "0123456789"));
    show("openat2", syscall(SYS_openat2, AT_FDCWD, "plain", &how,
                            sizeof(how)) >= 0);
    how.resolve = RESOLVE_BENEATH;
    show("openat2 beneath", syscall(SYS_openat2, AT_FDCWD, "/etc/passwd",
                                    &how, sizeof(how)));
    show("openat2 short", syscall(SYS_openat2, AT_FDCWD, "plain", &how, 8));
    show("faccessat2", syscall(439, AT_FDCWD, "plain", R_OK, AT_EACCESS));
    show("faccessat2 none", syscall(439, AT_FDCWD, "none", R_OK, 0));
    show("statx", statx(AT_FDCWD, "plain", 0, STATX_SIZE | STATX_MODE, &sx));
    printf("size %d mode %o\n", (int)sx.stx_size, sx.stx_mode);
    show("statx bad", statx(AT_FDCWD, "plain", 0, STATX_SIZE, (void *)8));
    show("fstatat empty", syscall(SYS_newfstatat, 1, "", &st,
                                  AT_EMPTY_PATH));
    show("renameat2", syscall(SYS_renameat2, AT_FDCWD, "plain", AT_FDCWD,
                              "moved", RENAME_NOREPLACE));
    close(make_file("plain", "abc"));
    show("noreplace", syscall(SYS_renameat2, AT_FDCWD, "plain", AT_FDCWD,
                              "moved", RENAME_NOREPLACE));
    show("exchange", syscall(SYS_renameat2, AT_FDCWD, "plain", AT_FDCWD,
                             "moved", RENAME_EXCHANGE));
    stat("plain", &st);
    printf("exchanged: size %d\n", (int)st.st_size);
}

static void copying(void)
{
    int in = make_file("in", "copy me, please"), out = make_file("out", "");
    char buf[64] = "";
    off_t from = 5;
    int p[2], q[2];

    show("copy_file_range", copy_file_range(in, &from, out, NULL, 10, 0));
    printf("from %d\n", (int)from);
    pipe(p);
    pipe(q);
    show("splice in", splice(in, NULL, p[1], NULL, 4, 0));
    show("tee", tee(p[0], q[1], 4, 0));
    show("read tee", read(q[0], buf, sizeof(buf)));
    puts(buf);
    show("splice out", splice(p[0], NULL, out, NULL, 4, 0));
    show("vmsplice", vmsplice(p[1], &(struct iovec){ "vector", 6 }, 1, 0));
    memset(buf, 0, sizeof(buf));
    show("read vmsplice", read(p[0], buf, sizeof(buf)));
    puts(buf);
    from = 0;
    show("sendfile", sendfile(out, in, &from, 4));
    memset(buf, 0, sizeof(buf));
    show("pread", pread(out, buf, sizeof(buf), 0));
    puts(buf);
    show("fallocate", fallocate(out, 0, 0, 100));
    show("preadv2", preadv2(out, &(struct iovec){ buf, 4 }, 1, 0, 0));
}

static void attributes(void)
{
    char buf[16] = "";
    int fd = make_file("attr", "");

    if (setxattr("attr", "user.a", "value", 5, 0) < 0) {
        puts("no xattr here");
        return;
    }
    show("getxattr", getxattr("attr", "user.a", buf, sizeof(buf)));
    puts(buf);
    show("list", flistxattr(fd, NULL, 0) >= 7);
    show("small", fgetxattr(fd, "user.a", buf, 2));
    show("remove", removexattr("attr", "user.a"));
    show("gone", lgetxattr("attr", "user.a", buf, sizeof(buf)));
}

static void watching(void)
{
    struct { struct inotify_event e; char name[32]; } ev;
    int fd = inotify_init1(IN_NONBLOCK);

    mkdir("watched", 0755);
    show("inotify", inotify_add_watch(fd, "watched", IN_CREATE) > 0);
    close(make_file("watched/new", ""));
    show("event", read(fd, &ev, sizeof(ev)) > 0);
    printf("%d %s\n", ev.e.mask == IN_CREATE, ev.e.name);
    show("empty", read(fd, &ev, sizeof(ev)));
}

static void locking(void)
{
    int a = make_file("lock", "x"), b = open("lock", O_RDWR);
    struct flock l = { .l_type = F_WRLCK, .l_len = 1 };

    show("flock", flock(a, LOCK_EX));
    show("flock again", flock(b, LOCK_EX | LOCK_NB));
    flock(a, LOCK_UN);
    show("OFD lock", fcntl(a, F_OFD_SETLK, &l));
    show("OFD again", fcntl(b, F_OFD_SETLK, &l));
    show("OFD get", fcntl(b, F_OFD_GETLK, &l));
    printf("held %d\n", l.l_type == F_WRLCK);
}

/* --- memory --- */

static void memory(void)
{
    size_t page = 4096;
    char *p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
    unsigned char there[4];

    p[0] = 'a';
    p[page] = 'b';
    show("mincore", mincore(p, 2 * page, there));
    printf("%d %d\n", there[0] & 1, there[1] & 1);
    show("dontneed", madvise(p, page, MADV_DONTNEED));
    printf("%d %c\n", p[0], p[page]);
    q = mremap(p, 4 * page, 8 * page, MREMAP_MAYMOVE);
    printf("moved %c\n", q[page]);
    show("shrink", mremap(q, 8 * page, page, 0) == q);
    show("mremap none", (long)mremap(p + 64 * page, page, 2 * page, 0) == -1);
    show("mlock2", syscall(SYS_mlock2, q, page, 0));
    show("munlock", munlock(q, page));
    show("bad advice", madvise(q, page, 12345));
    show("msync none", msync((void *)16, page, MS_SYNC));
}

static void other_process(void)
{
    static char mine[] = "one's own memory";
    char buf[32] = "";
    struct iovec l = { buf, sizeof(mine) }, r = { mine, sizeof(mine) };
    struct iovec bad = { (void *)0x7fffffff0000ull, 8 };

    show("vm_readv", process_vm_readv(getpid(), &l, 1, &r, 1, 0));
    puts(buf);
    buf[0] = 'O';
    show("vm_writev", process_vm_writev(getpid(), &l, 1, &r, 1, 0));
    puts(mine);
    show("vm_readv bad", process_vm_readv(getpid(), &l, 1, &bad, 1, 0));
}

/* --- time and signals --- */

static volatile int ticks, value, thread_ticks;

static void on_timer(int signo, siginfo_t *info, void *ctx)
{
    ticks++;
    value = info->si_value.sival_int;
}

static void on_thread(union sigval v)
{
    thread_ticks = v.sival_int;
}

static void wait_for(volatile int *what)
{
    for (int i = 0; i < 1000 && !*what; i++) {
        usleep(2000);
    }
}

static void one_timer(const char *what, struct sigevent *ev,
                      volatile int *done)
{
    struct itimerspec soon = { .it_value = { 0, 2000000 } }, now;
    timer_t t;

    ticks = thread_ticks = value = 0;
    show(what, timer_create(CLOCK_MONOTONIC, ev, &t));
    timer_settime(t, 0, &soon, NULL);
    if (done) {
        wait_for(done);
        printf("%d %d\n", *done, value);
    }
    show("gettime", timer_gettime(t, &now));
    show("overrun", timer_getoverrun(t));
    show("delete", timer_delete(t));
}

static void timers(void)
{
    struct sigaction sa = { .sa_sigaction = on_timer,
                            .sa_flags = SA_SIGINFO };
    struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
                           .sigev_signo = SIGRTMIN + 3 };

    sigaction(SIGRTMIN + 3, &sa, NULL);
    sigaction(SIGRTMAX, &sa, NULL);
    ev.sigev_value.sival_int = 11;
    one_timer("SIGEV_SIGNAL", &ev, &ticks);
    ev.sigev_notify = SIGEV_THREAD_ID;
    ev.sigev_signo = SIGRTMAX;
    ev._sigev_un._tid = (int)syscall(SYS_gettid);
    ev.sigev_value.sival_int = 12;
    one_timer("SIGEV_THREAD_ID", &ev, &ticks);
    ev = (struct sigevent){ .sigev_notify = SIGEV_THREAD };
    ev.sigev_notify_function = on_thread;
    ev.sigev_value.sival_int = 13;
    one_timer("SIGEV_THREAD", &ev, &thread_ticks);
    ev = (struct sigevent){ .sigev_notify = SIGEV_NONE };
    one_timer("SIGEV_NONE", &ev, NULL);
}

static void profiling(void)
{
    struct sigaction sa = { .sa_sigaction = on_timer,
                            .sa_flags = SA_SIGINFO | SA_RESTART };
    struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };

    ticks = 0;
    sigaction(SIGPROF, &sa, NULL);
    setitimer(ITIMER_PROF, &often, NULL);
    while (ticks < 5) {
    }
    setitimer(ITIMER_PROF, &never, NULL);
    puts("five SIGPROF");
}

static void descriptors(void)
{
    struct itimerspec soon = { .it_value = { 0, 1000000 } };
    int tfd = timerfd_create(CLOCK_MONOTONIC, 0), sfd, efd, ep;
    struct epoll_event e = { .events = EPOLLIN, .data.u64 = 0x123456789ab };
    struct timespec ts = { 5, 0 };
    struct signalfd_siginfo si;
    uint64_t n = 0;
    sigset_t set;

    timerfd_settime(tfd, 0, &soon, NULL);
    show("timerfd", read(tfd, &n, 8));
    printf("%d\n", (int)n);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMAX);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sfd = signalfd(-1, &set, 0);
    sigqueue(getpid(), SIGRTMAX, (union sigval){ .sival_int = 99 });
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 2; i++) {
        show("signalfd", read(sfd, &si, sizeof(si)));
        printf("%d %d %d\n", si.ssi_signo, si.ssi_int * (si.ssi_signo > 32),
               si.ssi_pid == getpid());
    }
    efd = eventfd(3, EFD_SEMAPHORE);
    ep = epoll_create1(0);
    epoll_ctl(ep, EPOLL_CTL_ADD, efd, &e);
    memset(&e, 0, sizeof(e));
    show("epoll_pwait2", syscall(441, ep, &e, 1, &ts, NULL, 8));
    printf("%llx\n", (unsigned long long)e.data.u64);
    read(efd, &n, 8);
    printf("%d\n", (int)n);
}

/* --- what a kernel may lack --- */

static void refusals(void)
{
    show("io_uring", syscall(425, 1, NULL) < 0);
    show("rseq twice", syscall(293, NULL, 0, 0, 0) < 0);
    show("bpf", syscall(SYS_bpf, 99, NULL, 0) < 0);
    show("number 511", syscall(511));
    show("number 5000", syscall(5000));
    show("ioctl", ioctl(1, 0xdeadbeef));
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    opening();
    copying();
    attributes();
    watching();
    locking();
    memory();
    other_process();
    timers();
    profiling();
    descriptors();
    refusals();
    return 0;
}
