/* -strace: the arguments of ptrace. */
#include "linux-user/strace/internal.h"

#include <linux/ptrace.h>
#include <sys/uio.h>

typedef void DataFn(Line *l, const Shown *s);

static void data_options(Line *l, const Shown *s)
{
    line_bits(l, SET_ptrace_option, s->v, "0");
}

static void data_signal(Line *l, const Shown *s)
{
    if (s->v) {
        line_signal(l, (int)s->v);
    } else {
        line_add(l, "0");
    }
}

static void data_word(Line *l, const Shown *s)
{
    line_add(l, s->v ? "%#lx" : "%lx", (unsigned long)s->v);
}

static void data_word_result(Line *l, const Shown *s)
{
    uint64_t word;

    if (shown_result(l, s, &word, sizeof(word))) {
        line_add(l, word ? "[%#lx]" : "[%lx]", (unsigned long)word);
    }
}

static void data_iovec(Line *l, const Shown *s)
{
    struct iovec iov;

    if (shown_read(l, s, &iov, sizeof(iov))) {
        line_add(l, "{iov_base=%p, iov_len=%zu}", iov.iov_base, iov.iov_len);
    }
}

static void data_nothing(Line *l, const Shown *s)
{
    line_address(l, s->v);
}

static void address_regset(Line *l, const Shown *s)
{
    line_one(l, SET_regset, s->v);
}

static void address_size(Line *l, const Shown *s)
{
    line_add(l, "%lu", (unsigned long)s->v);
}

static const struct {
    int request;
    DataFn *address, *data;
} requests[] = {
    {PTRACE_PEEKTEXT, data_nothing, data_word_result},
    {PTRACE_PEEKDATA, data_nothing, data_word_result},
    {PTRACE_POKETEXT, data_nothing, data_word},
    {PTRACE_POKEDATA, data_nothing, data_word},
    {PTRACE_CONT, data_nothing, data_signal},
    {PTRACE_SYSCALL, data_nothing, data_signal},
    {PTRACE_SINGLESTEP, data_nothing, data_signal},
    {PTRACE_DETACH, data_nothing, data_signal},
    {PTRACE_SEIZE, data_nothing, data_options},
    {PTRACE_SETOPTIONS, data_nothing, data_options},
    {PTRACE_GETEVENTMSG, data_nothing, data_word_result},
    {PTRACE_GETREGSET, address_regset, data_iovec},
    {PTRACE_SETREGSET, address_regset, data_iovec},
    {PTRACE_GETSIGMASK, address_size, data_word_result},
    {PTRACE_SETSIGMASK, address_size, data_nothing},
    {PTRACE_GET_SYSCALL_INFO, address_size, data_nothing},
};

enum { NB_REQUESTS = sizeof(requests) / sizeof(requests[0]) };

static int request_index(const Shown *s)
{
    int i = 0;

    while (i < NB_REQUESTS && requests[i].request != (int)s->a[0]) {
        i++;
    }
    return i;
}

void show_trace_address(Line *l, const Shown *s)
{
    int i = request_index(s);

    (i < NB_REQUESTS ? requests[i].address : data_nothing)(l, s);
}

void show_trace_data(Line *l, const Shown *s)
{
    int i = request_index(s);

    (i < NB_REQUESTS ? requests[i].data : data_nothing)(l, s);
}
