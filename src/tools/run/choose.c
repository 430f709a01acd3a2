/* Which guest we are the emulator of: by our name, our options, the program. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/run/command.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* GUEST of /usr/bin/tcg-GUEST-static; or as QEMU's emulators are called, in
   whose place we may have been put. */
static const Guest *guest_called(const char *argv0)
{
    static const char *const prefixes[] = {"tcg-", "qemu-"};
    static const char *const suffixes[] = {"-static", "-dyn", "-disas"};
    const char *base = base_name(argv0), *rest = NULL;
    char name[64];

    for (int i = 0; i < 2 && !rest; i++) {
        size_t n = strlen(prefixes[i]);

        rest = strncmp(base, prefixes[i], n) == 0 ? base + n : NULL;
    }
    if (!rest ||
        snprintf(name, sizeof(name), "%s", rest) >= (int)sizeof(name)) {
        return NULL;
    }
    for (int i = 0; i < 3; i++) {
        char *end = strstr(name, suffixes[i]);

        if (end && strcmp(end, suffixes[i]) == 0) {
            *end = '\0';
        }
    }
    return guest_named(name);
}

char **choose_verb(char **argv)
{
    char **words = argv + (*argv != NULL);

    return *words && strcmp(*words, "run") == 0 && !guest_called(*argv)
               ? words + 1
               : words;
}

/* As much as tells what an ELF file is for; 0 if it cannot be read. */
static size_t read_head(const Command *c, const char *program, void *head,
                        size_t size)
{
    int fd = c->user.program_fd >= 0
                 ? c->user.program_fd
                 : open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? 0 : pread(fd, head, size, 0);

    if (fd >= 0 && fd != c->user.program_fd) {
        close(fd);
    }
    return n < 0 ? 0 : (size_t)n;
}

/* What is wrong with files that are of no processor, linux-user says. */
static const Guest *guest_of_program(Command *c, const char *program)
{
    char head[64];
    size_t n = read_head(c, program, head, sizeof(head));
    const Guest *g = guest_of_elf(head, n);

    c->wrong_machine = !g && guest_describe_elf(head, n, c->machine);
    return g;
}

void choose_guest(Command *c, const char *argv0, const char *program)
{
    const Guest *g = guest_called(argv0);

    snprintf(c->name, sizeof(c->name), g ? "tcg-%s" : "tcg", g ? g->name : "");
    if (c->wanted) {
        g = guest_named(c->wanted);
    } else if (!g && program) {
        g = guest_of_program(c, program);
    }
    c->any_guest = !g;
    c->guest = g ? g : guest_at(0);
}

const GuestAbi *guest_of_file(const void *head, size_t n, const char **name)
{
    const Guest *g = guest_of_elf(head, n);

    *name = g ? g->name : NULL;
    return g ? g->abi : NULL;
}
