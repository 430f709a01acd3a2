/* Signals of faults that a process sends behave as all others. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP,
                               SIGSYS, SIGUSR1 };
enum { NB_SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static volatile int caught, code, value;

static void handler(int signo, siginfo_t *info, void *context)
{
    caught = signo;
    code = info->si_code;
    value = code == SI_QUEUE ? info->si_value.sival_int : 0;
}

static void set_handler(int signo, void (*fn)(int, siginfo_t *, void *))
{
    struct sigaction sa = { .sa_sigaction = fn, .sa_flags = SA_SIGINFO };

    sigaction(signo, &sa, NULL);
}

static void show(const char *what)
{
    printf(" %s: %d code %d value %d\n", what, caught, code, value);
    caught = code = value = 0;
}

static void queue(int signo, int number)
{
    sigqueue(getpid(), signo, (union sigval){ .sival_int = number });
}

static sigset_t set_of(int signo)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signo);
    return set;
}

static void block(int signo, int how)
{
    sigset_t set = set_of(signo);

    sigprocmask(how, &set, NULL);
}

static void ways_to_send(int signo)
{
    kill(getpid(), signo);
    show("kill");
    raise(signo);
    show("raise");
    queue(signo, 7);
    show("sigqueue");
}

static void show_pending(int signo)
{
    sigset_t set;

    sigpending(&set);
    printf(" pending: %d\n", sigismember(&set, signo));
}

static void blocked(int signo)
{
    block(signo, SIG_BLOCK);
    queue(signo, 8);
    queue(signo, 9);           /* one of each is kept */
    show("while blocked");
    show_pending(signo);
    block(signo, SIG_UNBLOCK);
    show("after");
    show_pending(signo);
}

static void waited_for(int signo)
{
    struct timespec soon = { 0, 1000000 };
    sigset_t set = set_of(signo);
    siginfo_t info;
    int got;

    block(signo, SIG_BLOCK);
    queue(signo, 10);
    memset(&info, 0, sizeof(info));
    got = sigtimedwait(&set, &info, &soon);
    printf(" sigtimedwait: %d, %d\n", got, info.si_value.sival_int);
    printf(" and again: %d\n", sigtimedwait(&set, &info, &soon));
    show_pending(signo);
    block(signo, SIG_UNBLOCK);
    show("after");
}

static pthread_t main_thread;

static void *sends(void *arg)
{
    usleep(20000);
    pthread_kill(main_thread, *(int *)arg);
    return NULL;
}

/* Sent while the call waits. */
static void comes_later(int signo)
{
    struct timespec long_time = { 20, 0 };
    sigset_t set = set_of(signo);
    pthread_t thread;

    main_thread = pthread_self();
    block(signo, SIG_BLOCK);
    pthread_create(&thread, NULL, sends, &signo);
    printf(" sigtimedwait: %d\n", sigtimedwait(&set, NULL, &long_time));
    pthread_join(thread, NULL);
    block(signo, SIG_UNBLOCK);
    show("after");
}

static void calls_with_masks(int signo)
{
    struct timespec long_time = { 20, 0 };
    struct epoll_event event;
    sigset_t none;
    int epoll = epoll_create1(0);

    sigemptyset(&none);
    block(signo, SIG_BLOCK);
    queue(signo, 11);
    printf(" sigsuspend: %d\n", sigsuspend(&none) < 0 ? errno : 0);
    show("there");
    queue(signo, 12);
    printf(" ppoll: %d\n", ppoll(NULL, 0, &long_time, &none) < 0 ? errno : 0);
    show("there");
    queue(signo, 13);
    printf(" pselect: %d\n",
           pselect(0, NULL, NULL, NULL, &long_time, &none) < 0 ? errno : 0);
    show("there");
    queue(signo, 14);
    printf(" epoll_pwait: %d\n",
           epoll_pwait(epoll, &event, 1, 20000, &none) < 0 ? errno : 0);
    show("there");
    block(signo, SIG_UNBLOCK);
    close(epoll);
}

static void ignored(int signo)
{
    signal(signo, SIG_IGN);
    queue(signo, 15);
    block(signo, SIG_BLOCK);
    queue(signo, 16);
    block(signo, SIG_UNBLOCK);
    set_handler(signo, handler);
    show("ignored");
}

/* The default action ends a process; a blocked one waits over execve. */
static void ends(int signo)
{
    int status;

    if (fork() == 0) {
        signal(signo, SIG_DFL);
        queue(signo, 17);
        _exit(1);
    }
    wait(&status);
    printf(" ended by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    if (fork() == 0) {
        signal(signo, SIG_DFL);
        block(signo, SIG_BLOCK);
        queue(signo, 18);
        block(signo, SIG_UNBLOCK);
        _exit(1);
    }
    wait(&status);
    printf(" ended by %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* A process-wide signal goes to a thread that lets it in. */
static void *lets_in(void *arg)
{
    block(*(int *)arg, SIG_UNBLOCK);
    while (!caught) {
        usleep(1000);
    }
    return NULL;
}

static void other_thread(int signo)
{
    pthread_t thread;

    block(signo, SIG_BLOCK);
    pthread_create(&thread, NULL, lets_in, &signo);
    usleep(20000);
    kill(getpid(), signo);
    pthread_join(thread, NULL);
    show("another thread");
    block(signo, SIG_UNBLOCK);
}

int main(void)
{
    for (int i = 0; i < NB_SIGNALS; i++) {
        int signo = signals[i];

        printf("signal %d\n", signo);
        set_handler(signo, handler);
        ways_to_send(signo);
        blocked(signo);
        waited_for(signo);
        comes_later(signo);
        calls_with_masks(signo);
        ignored(signo);
        fflush(stdout);
        ends(signo);
        other_thread(signo);
    }
    return 0;
}
