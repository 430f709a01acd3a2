/*
 * exepath: calls that take a path, by names of /proc/self/exe: they are about
 * the program's file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { FCHMODAT2 = 452, SETXATTRAT = 463, GETXATTRAT, LISTXATTRAT,
       FILE_GETATTR = 468 };

static const char *error(long ret)
{
    return ret < 0 ? strerrorname_np(errno) : "done";
}

static struct stat file(void)
{
    struct stat st = { 0 };

    stat("copy", &st);
    return st;
}

static void modes(int dir, const char *path)
{
    struct timespec times[2] = { { 1000, 5 }, { 2000, 6 } };

    printf("chmod %s", error(fchmodat(dir, path, 0750, 0)));
    printf(" %o", file().st_mode);
    printf(" fchmodat2 %s", error(syscall(FCHMODAT2, dir, path, 0710, 0)));
    printf(" %o", file().st_mode);
    printf(" not followed %s", error(syscall(FCHMODAT2, dir, path, 0700,
                                             AT_SYMLINK_NOFOLLOW)));
    printf(" %o", file().st_mode);
    printf(" chown %s", error(fchownat(dir, path, getuid(), getgid(), 0)));
    printf(" utimensat %s", error(utimensat(dir, path, times, 0)));
    printf(" %ld\n", (long)file().st_mtime);
    chmod("copy", 0755);
}

static void attributes(int dir, const char *path)
{
    struct { void *value; unsigned size, flags; } args = { "bcd", 3, 0 };
    char value[8] = "";

    removexattr("copy", "user.x");
    if (dir == AT_FDCWD) {
        printf("setxattr %s", error(setxattr(path, "user.x", "abc", 3, 0)));
        printf(" %d", (int)getxattr("copy", "user.x", value, 8));
        printf(" getxattr %d", (int)getxattr(path, "user.x", value, 8));
        printf(" lgetxattr %s", error(lgetxattr(path, "user.x", value, 8)));
        printf(" listxattr %d", listxattr(path, NULL, 0) >= 7);
        printf(" removexattr %s\n", error(removexattr(path, "user.x")));
    }
    printf("setxattrat %s", error(syscall(SETXATTRAT, dir, path, 0, "user.x",
                                          &args, sizeof(args))));
    printf(" %.3s", getxattr("copy", "user.x", value, 8) > 0 ? value : "-");
    printf(" listxattrat %d\n",
           (int)syscall(LISTXATTRAT, dir, path, 0, NULL, 0) > 0);
}

static void links(int dir, const char *path)
{
    struct stat st = { 0 };
    struct statx stx = { 0 };

    unlink("hard");
    printf("linkat %s", error(linkat(dir, path, AT_FDCWD, "hard",
                                     AT_SYMLINK_FOLLOW)));
    stat("hard", &st);
    printf(" same %d", st.st_ino == file().st_ino);
    unlink("hard");
    printf(" statx %s", error(statx(dir, path, 0, STATX_ALL, &stx)));
    printf(" same %d", stx.stx_ino == file().st_ino);
    printf(" access %s\n", error(faccessat(dir, path, X_OK, 0)));
}

static void handles(int dir, const char *path)
{
    struct { struct file_handle h; char room[128]; } a = { 0 }, b = { 0 };
    int id;

    a.h.handle_bytes = b.h.handle_bytes = sizeof(a.room);
    printf("handle %s", error(name_to_handle_at(dir, path, &a.h, &id,
                                                AT_SYMLINK_FOLLOW)));
    name_to_handle_at(AT_FDCWD, "copy", &b.h, &id, 0);
    printf(" same %d\n", memcmp(&a, &b, sizeof(a)) == 0);
}

static void others(const char *path)
{
    struct statfs fs = { 0 }, here = { 0 };
    int watch = inotify_init1(IN_NONBLOCK);
    char event[256];

    printf("statfs %s", error(statfs(path, &fs)));
    statfs("copy", &here);
    printf(" same %d", memcmp(&fs.f_fsid, &here.f_fsid, sizeof(fs.f_fsid)) == 0);
    printf(" inotify %s", error(inotify_add_watch(watch, path, IN_ATTRIB)));
    chmod("copy", 0755);
    printf(" event %d\n", read(watch, event, sizeof(event)) > 0);
    close(watch);
    int on = acct(path);
    printf("acct %s", error(on));
    printf(" chdir %s\n", error(chdir(path)));
    if (on == 0) {
        acct(NULL);
    }
}

static void all(int dir, const char *path)
{
    printf("-- %s\n", path);
    modes(dir, path);
    attributes(dir, path);
    links(dir, path);
    handles(dir, path);
    if (dir == AT_FDCWD) {
        others(path);
    }
}

static void copy_self(void)
{
    int from = open("/proc/self/exe", O_RDONLY);
    int to = open("copy", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    char buf[65536];
    ssize_t n;

    while ((n = read(from, buf, sizeof(buf))) > 0) {
        write(to, buf, (size_t)n);
    }
    close(to);
    close(from);
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        copy_self();
        execl("./copy", "copy", "calls", NULL);
        return 1;
    }
    symlink("/proc/self/exe", "link");
    symlink("link", "twice");
    symlink("/proc/self", "folder");
    all(AT_FDCWD, "/proc/self/exe");
    all(AT_FDCWD, "//proc/./thread-self/../../../self/exe");
    all(AT_FDCWD, "link");
    all(AT_FDCWD, "twice");
    all(AT_FDCWD, "folder/exe");
    all(open("/proc/self", O_PATH), "exe");
    all(AT_FDCWD, "copy");
    all(AT_FDCWD, "/proc/self/exe/");
    all(AT_FDCWD, "missing");
    return 0;
}
