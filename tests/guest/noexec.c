/*
 * noexec: files of a mount without programs.  Where no such mount can be made
 * there is one that allows them, for both.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, RX = PROT_READ | PROT_EXEC, RW = PROT_READ | PROT_WRITE };

static void show(const char *what, long ret)
{
    printf("%s: %s\n", what, ret == -1 ? strerror(errno) : "done");
}

static void *map(const char *what, int prot, int flags, int fd, long offset)
{
    void *p = mmap(NULL, PAGE, prot, flags, fd, offset);

    show(what, p == MAP_FAILED ? -1 : 0);
    return p;
}

static void make_mount(void)
{
    mkdir("there", 0700);
    if (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
        mount("none", "there", "tmpfs", MS_NOEXEC, NULL);
    }
}

static void refused(int fd, int only_write)
{
    char *p = map("read", PROT_READ, MAP_PRIVATE, fd, 0);
    char *anonymous = mmap(NULL, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                           0);

    map("execute", RX, MAP_PRIVATE, fd, 0);
    map("execute, shared", RX, MAP_SHARED, fd, 0);
    map("execute, odd offset", RX, MAP_PRIVATE, fd, 1);
    map("execute, unreadable", RX, MAP_PRIVATE, only_write, 0);
    show("later", mprotect(p, PAGE, RX));
    show("later, by write", mprotect(p, PAGE, RX | PROT_WRITE));
    show("not", mprotect(p, PAGE, RW));
    p[0] = 1;
    show("still", mprotect(p, PAGE, RX));
    mmap(anonymous + PAGE, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
    show("in the middle", mprotect(anonymous, 3 * PAGE, PROT_EXEC));
    printf("%d\n", anonymous[PAGE]);
    show("moved", mprotect(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), PAGE, RX));
    show("of none", mprotect(anonymous + 2 * PAGE, PAGE, RX));
}

int main(void)
{
    int fd, only_write, read_only;

    make_mount();
    fd = open("there/file", O_RDWR | O_CREAT, 0700);
    only_write = open("there/file", O_WRONLY);
    read_only = open("there/file", O_RDONLY);
    ftruncate(fd, 4 * PAGE);
    refused(fd, only_write);
    map("shared to write", RX | PROT_WRITE, MAP_SHARED, read_only, 0);
    show("access", access("there/file", X_OK));
    execl("there/file", "file", NULL);
    show("execve", -1);
    return 0;
}
