/* What the guest's signals do, and the host's with them. */
#include "linux-user/signal/internal.h"

#include "util/check.h"

GuestAction signal_take_action(Actions *actions, int signo)
{
    GuestAction *act = &actions->at[signo], taken;

    check(signo > 0 && signo <= GUEST_NSIG, "signal %d", signo);
    pthread_mutex_lock(&actions->lock);
    taken = *act;
    if ((taken.flags & SA_RESETHAND) && taken.handler > (uintptr_t)SIG_IGN) {
        act->handler = (uintptr_t)SIG_DFL;
        signal_install(actions, signo);
    }
    pthread_mutex_unlock(&actions->lock);
    return taken;
}

void signal_swap_action(Actions *actions, int signo, const GuestAction *act,
                        GuestAction *old)
{
    check(signo > 0 && signo <= GUEST_NSIG, "signal %d", signo);
    pthread_mutex_lock(&actions->lock);
    *old = actions->at[signo];
    if (act) {
        actions->at[signo] = *act;
        signal_install(actions, signo);
    }
    pthread_mutex_unlock(&actions->lock);
}

static void reset_handlers(Actions *actions)
{
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (actions->at[i].handler > (uintptr_t)SIG_IGN) {
            actions->at[i] = (GuestAction){0};
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
    check(actions->at[SIGKILL].handler == (uintptr_t)SIG_DFL,
          "SIGKILL is handled at %#lx", (long)actions->at[SIGKILL].handler);
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
    t->actions->catch_core = signal_core_wanted();
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
        return; /* shared: what it changes, the parent has */
    }
    if (reset) {
        reset_handlers(t->actions);
    }
    t->actions->catch_fatal = true;
    install_defaults(t->actions);
}
