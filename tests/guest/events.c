/* Pipes, poll, select, epoll, eventfd, timerfd, socketpair. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

static void with_epoll(int *p)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = { .events = EPOLLIN, .data.u64 = 0x123456789abcull };
    struct epoll_event got[4];
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e));
    SHOW(epoll_wait(ep, got, 4, 0));
    SHOW(write(p[1], "x", 1));
    SHOW(epoll_wait(ep, got, 4, 1000));
    printf("%x %lx\n", got[0].events, (long)got[0].data.u64);
    e.events = EPOLLOUT;
    e.data.u64 = 7;
    SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[1], &e));
    SHOW(epoll_wait(ep, got, 4, 0));
    printf("%ld\n", (long)(got[0].data.u64 + got[1].data.u64));
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
    SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], NULL));
    SHOW(errno);
    close(ep);
}

static void with_poll(int *p)
{
    struct pollfd f[2] = { { p[0], POLLIN, 0 }, { p[1], POLLOUT, 0 } };
    SHOW(poll(f, 2, 0));
    printf("%x %x\n", f[0].revents, f[1].revents);
    char c;
    SHOW(read(p[0], &c, 1));
    f[1].fd = -1;
    SHOW(poll(f, 2, 10));
    fd_set r, w;
    FD_ZERO(&r);
    FD_ZERO(&w);
    FD_SET(p[0], &r);
    FD_SET(p[1], &w);
    struct timeval tv = { 1, 0 };
    SHOW(select(p[1] + 1, &r, &w, NULL, &tv));
    printf("%d %d\n", FD_ISSET(p[0], &r) != 0, FD_ISSET(p[1], &w) != 0);
}

static void counters(void)
{
    int e = eventfd(5, EFD_NONBLOCK);
    uint64_t v = 10;
    SHOW(write(e, &v, 8));
    SHOW(read(e, &v, 8));
    SHOW(v);
    SHOW(read(e, &v, 8));
    SHOW(errno);
    int t = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec it = { { 0, 0 }, { 0, 3000000 } };
    SHOW(timerfd_settime(t, 0, &it, NULL));
    SHOW(read(t, &v, 8));
    SHOW(v);
    close(e);
    close(t);
}

int main(void)
{
    int p[2];
    SHOW(pipe(p));
    with_epoll(p);
    with_poll(p);
    counters();
    SHOW(fcntl(p[0], F_SETFL, O_NONBLOCK));
    char buf[8];
    SHOW(read(p[0], buf, 8));
    SHOW(errno);
    SHOW(write(p[1], "abcde", 5));
    int n = 0;
    SHOW(ioctl(p[0], FIONREAD, &n));
    SHOW(n);
    close(p[1]);
    SHOW(read(p[0], buf, 8));
    SHOW(read(p[0], buf, 8));
    int q[2];
    SHOW(pipe2(q, O_CLOEXEC | O_NONBLOCK));
    SHOW(fcntl(q[0], F_GETFL) == (O_RDONLY | O_NONBLOCK));
    static char big[1 << 17];
    SHOW(write(q[1], big, sizeof(big)));
    return 0;
}
