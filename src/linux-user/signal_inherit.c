/* What child processes, and programs of execve, inherit of signals. */
#include "linux-user/signal_int.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "linux-user/core.h"
#include "linux-user/sys.h"
#include "linux-user/usercopy.h"

/* --- children --- */

static void reset_handlers(Actions *actions)
{
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (actions->at[i].handler > (uintptr_t)SIG_IGN) {
            actions->at[i] = (TargetSigaction){ 0 };
            signal_install(actions, i);
        }
    }
}

void signal_reset_handlers(Task *t)
{
    reset_handlers(t->actions);
}

/* After a change of catch_*. */
static void install_defaults(Actions *actions)
{
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (actions->at[i].handler == (uintptr_t)SIG_DFL &&
            signal_fatal_by_default(i) && i != SIGKILL) {
            signal_install(actions, i);
        }
    }
}

void signal_core_limit_changed(Task *t)
{
    pthread_mutex_lock(&t->actions->lock);
    t->actions->catch_core = core_wanted();
    install_defaults(t->actions);
    pthread_mutex_unlock(&t->actions->lock);
}

void signal_catch_fatal(Task *t)
{
    pthread_mutex_lock(&t->actions->lock);
    t->actions->catch_fatal = true;
    install_defaults(t->actions);
    pthread_mutex_unlock(&t->actions->lock);
}

void signal_start_vfork(Task *t, bool reset)
{
    if (t->actions == &t->proc->actions) {
        return;                /* shared: what it changes, the parent has */
    }
    if (reset) {
        reset_handlers(t->actions);
    }
    t->actions->catch_fatal = true;
    install_defaults(t->actions);
}

/* --- execve --- */

static void host_disposition(Task *t, int signo)
{
    HostSigaction act = { .flags = HOST_SA_RESTORER,
                          .restorer = signal_restorer };

    if (t->actions->at[signo].handler == (uintptr_t)SIG_IGN) {
        act.handler = (void *)(uintptr_t)SIG_IGN;
        host_sigaction(signo, &act, NULL);
    }
}

/* What waits here goes on to wait in the kernel, where it is now blocked. */
static void give_held(Task *t)
{
    siginfo_t info;

    while (signal_take_held(t, t->sigmask & EXECS_OWN, &info)) {
        raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(),
                    info.si_signo, (long)&info, 0, 0);
    }
}

void signal_prepare_exec(Task *t)
{
    host_disposition(t, SIGSEGV);
    host_disposition(t, SIGBUS);
    signal_set_host_mask(t->sigmask);
    give_held(t);
}

void signal_exec_failed(Task *t)
{
    signal_install_own();
    signal_set_mask(t, t->sigmask);
}
