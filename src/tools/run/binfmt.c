/* binfmt_misc: how the kernel is told of us, and how it calls us. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "tools/run/command.h"

/* With flag O, or C which means it too, the program is open already. */
char **binfmt_words(Command *c, int argc, char **argv)
{
    enum { PRESERVE_ARGV0 = 1 };   /* AT_FLAGS_PRESERVE_ARGV0 */

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

/* The line alone goes to stdout, so that it can be sent on to the kernel. */
void binfmt_show(const Command *c)
{
    const Guest *g = c->guest;
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0) {
        command_fail(c, "/proc/self/exe: %s", strerror(errno));
    }
    self[n] = '\0';
    printf(":tcg-%s:M::%s:%s:%s:POCF\n", g->name, g->magic, g->mask, self);
    fflush(stdout);
    fprintf(stderr,
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
        "/proc/sys/fs/binfmt_misc/tcg-%s\n", self, g->name, self, g->name,
        g->name, g->name);
}
