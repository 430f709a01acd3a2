/* binfmt_misc: how the kernel is told of us, and how it calls us. */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "tools/run/command.h"

/* With flag O, or C which means it too, the program is open already. */
char **binfmt_words(Command *c, int argc, char **argv)
{
    enum { PRESERVE_ARGV0 = 1 }; /* AT_FLAGS_PRESERVE_ARGV0 */

    errno = 0;
    c->user.program_fd = (int)getauxval(AT_EXECFD);
    if (errno) {
        c->user.program_fd = -1;
    }
    if (argc < 3 || !(getauxval(AT_FLAGS) & PRESERVE_ARGV0)) {
        return NULL;
    }
    c->user.execfn = (const char *)getauxval(AT_EXECFN);
    c->argv0 = argv[2];
    argv[2] = argv[1];
    return argv + 2;
}

enum { MASK_BYTES = offsetof(Elf64_Ehdr, e_version) };

static void put_bytes(const uint8_t *p)
{
    for (int i = 0; i < MASK_BYTES; i++) {
        printf(p[i] >= 'A' && p[i] <= 'Z' ? "%c" : "\\x%02x", p[i]);
    }
}

/* Any ABI, ET_EXEC or ET_DYN. */
static void put_magic(const Guest *g)
{
    uint8_t magic[MASK_BYTES] = {0x7f,         'E',         'L',       'F',
                                 g->elf_class, g->elf_data, EV_CURRENT},
            mask[MASK_BYTES];
    bool big = g->elf_data == ELFDATA2MSB;

    memset(mask, 0xff, sizeof(mask));
    mask[EI_OSABI] = 0;
    magic[EI_NIDENT + !big] = 0;
    magic[EI_NIDENT + big] = ET_EXEC;
    mask[EI_NIDENT + big] = 0xfe;
    magic[EI_NIDENT + 2 + big] = (uint8_t)g->elf_machine;
    magic[EI_NIDENT + 2 + !big] = (uint8_t)(g->elf_machine >> 8);
    put_bytes(magic);
    putchar(':');
    put_bytes(mask);
}

/* The link beside us that the guest's name is in, if it is there: `ps` shows
   it. */
static void find_path(const Command *c, const Guest *g, char *path)
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char link[PATH_MAX + 64];

    if (n < 0) {
        command_fail(c, "/proc/self/exe: %s", strerror(errno));
    }
    path[n] = '\0';
    snprintf(link, sizeof(link), "%.*s/tcg-%s",
             (int)(strrchr(path, '/') - path), path, g->name);
    if (strlen(link) < PATH_MAX && access(link, X_OK) == 0) {
        strcpy(path, link);
    }
}

/* The line alone goes to stdout, so that it can be sent on to the kernel. */
static void show(const Command *c, const Guest *g)
{
    char self[PATH_MAX];

    find_path(c, g, self);
    printf(":tcg-%s:M::", g->name);
    put_magic(g);
    printf(":%s:POCF\n", self);
    fflush(stdout);
    fprintf(
        stderr,
        "This line registers %s for %s\n"
        "programs, until the host is started again:\n\n"
        "    %s -binfmt |\n"
        "        sudo tee /proc/sys/fs/binfmt_misc/register\n\n"
        "To keep it, put the line in /etc/binfmt.d/tcg-%s.conf. Flags: F "
        "opens\nthe emulator now, so that chroots and containers need no copy "
        "of it; P keeps\nargv[0]; O and C hand over the open program with its "
        "set-user-ID rights, so\nleave out C where guest programs are not to "
        "have them. Containers share the\nhost's registration: after this, "
        "`docker run --platform linux/%s IMAGE`\nworks. To take it "
        "back: echo -1 | sudo tee\n"
        "/proc/sys/fs/binfmt_misc/tcg-%s\n",
        self, g->name, self, g->name, g->name, g->name);
}

/* The kernel takes one line at a write. */
void binfmt_show(const Command *c)
{
    if (!c->any_guest) {
        show(c, c->guest);
        return;
    }
    for (unsigned i = 0; guest_at(i); i++) {
        show(c, guest_at(i));
    }
}
