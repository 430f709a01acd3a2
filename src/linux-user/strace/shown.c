/* -strace: arguments in guest memory, and plain numbers. */
#include "linux-user/strace/internal.h"

bool shown_read(Line *l, const Shown *s, void *to, size_t n)
{
    if (s->v && mm_read(task_mm(s->t), to, s->v, n)) {
        return true;
    }
    line_address(l, s->v);
    return false;
}

bool shown_result(Line *l, const Shown *s, void *to, size_t n)
{
    if (s->ret >= 0) {
        return shown_read(l, s, to, n);
    }
    line_address(l, s->v);
    return false;
}

void show_signed(Line *l, const Shown *s)
{
    line_add(l, "%ld", s->v >> 32 == 0 ? (long)(int)s->v : (long)s->v);
}

void show_unsigned(Line *l, const Shown *s)
{
    line_add(l, "%lu", (unsigned long)s->v);
}

void show_octal(Line *l, const Shown *s)
{
    line_add(l, s->v ? "0%03lo" : "000", (unsigned long)s->v);
}

void show_hex(Line *l, const Shown *s)
{
    line_add(l, s->v ? "%#lx" : "0", (unsigned long)s->v);
}

void show_pointer(Line *l, const Shown *s)
{
    line_address(l, s->v);
}
