/* Files and directories. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

static void show_file(const char *name)
{
    char buf[256];
    int fd = open(name, O_RDONLY);
    ssize_t n = read(fd, buf, sizeof(buf) - 1);
    buf[n < 0 ? 0 : n] = 0;
    printf("%s: %zd '%s'\n", name, n, n < 0 ? strerror(errno) : buf);
    close(fd);
}

static void read_and_write(void)
{
    int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
    SHOW(fd >= 0);
    SHOW(write(fd, "0123456789", 10));
    SHOW(lseek(fd, 3, SEEK_SET));
    SHOW(write(fd, "abc", 3));
    SHOW(pwrite(fd, "Z", 1, 9));
    char c[4] = "";
    SHOW(pread(fd, c, 3, 2));
    puts(c);
    struct iovec v[2] = { { "xx", 2 }, { "yyy", 3 } };
    SHOW(writev(fd, v, 2));
    SHOW(lseek(fd, 0, SEEK_END));
    SHOW(ftruncate(fd, 20));
    struct stat st;
    SHOW(fstat(fd, &st));
    printf("%o %ld %d %ld\n", st.st_mode, (long)st.st_size, (int)st.st_nlink,
           (long)st.st_blksize);
    SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
    SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
    SHOW(fcntl(fd, F_GETFD));
    SHOW(flock(fd, LOCK_EX));
    int copy = dup(fd);
    SHOW(copy != fd && lseek(copy, 0, SEEK_CUR) == lseek(fd, 0, SEEK_CUR));
    close(copy);
    close(fd);
    show_file("a");
    fd = open("a", O_WRONLY | O_APPEND);
    SHOW(write(fd, "end", 3));
    SHOW(fsync(fd));
    close(fd);
    SHOW(stat("a", &st) == 0 && st.st_size == 23);
    SHOW(open("a", O_CREAT | O_EXCL, 0600));
    SHOW(errno == EEXIST);
    SHOW(truncate("a", 5));
    show_file("a");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void directories(void)
{
    SHOW(mkdir("d", 0755));
    SHOW(mkdir("d", 0755));
    SHOW(errno == EEXIST);
    char name[32];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "d/file%03d", i);
        close(open(name, O_CREAT | O_WRONLY, 0600));
    }
    struct dirent **list;
    int n = scandir("d", &list, NULL, by_name);
    printf("%d entries: %s %s %s %s, type %d\n", n, list[0]->d_name,
           list[1]->d_name, list[2]->d_name, list[n - 1]->d_name,
           list[2]->d_type);
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "d/%s", list[i]->d_name);
        if (list[i]->d_type == DT_REG)
            unlink(name);
    }
    SHOW(chdir("d"));
    char cwd[4096];
    SHOW(getcwd(cwd, sizeof(cwd)) && !strcmp(strrchr(cwd, '/'), "/d"));
    SHOW(chdir(".."));
    SHOW(rmdir("d"));
    SHOW(open("d", O_RDONLY | O_DIRECTORY));
    SHOW(errno == ENOENT);
    SHOW(open("a", O_RDONLY | O_DIRECTORY));
    SHOW(errno == ENOTDIR);
    SHOW(getcwd(cwd, 1) == NULL && errno == ERANGE);
}

static void links(void)
{
    char buf[64] = "";
    SHOW(symlink("a", "s"));
    SHOW(readlink("s", buf, sizeof(buf)));
    puts(buf);
    struct stat st;
    SHOW(lstat("s", &st) == 0 && S_ISLNK(st.st_mode));
    SHOW(link("a", "h"));
    SHOW(stat("h", &st) == 0 && st.st_nlink == 2);
    SHOW(open("s", O_RDONLY | O_NOFOLLOW));
    SHOW(errno == ELOOP);
    SHOW(rename("h", "r"));
    SHOW(access("h", F_OK));
    SHOW(access("r", R_OK | W_OK));
    SHOW(chmod("r", 0444));
    SHOW(stat("r", &st) == 0 && (st.st_mode & 0777) == 0444);
    struct timespec t[2] = { { 1000000000, 5 }, { 1500000000, 7 } };
    SHOW(utimensat(AT_FDCWD, "r", t, 0));
    SHOW(stat("r", &st));
    printf("%ld %ld %ld\n", (long)st.st_atime, (long)st.st_mtime,
           (long)st.st_mtim.tv_nsec);
    SHOW(umask(027));
    SHOW(umask(022));
}

static void odds(void)
{
    struct statx sx;
    SHOW(statx(AT_FDCWD, "a", 0, STATX_SIZE, &sx));
    SHOW(sx.stx_size);
    struct statfs fs;
    SHOW(statfs(".", &fs) == 0 && fs.f_bsize > 0);
    int in = open("a", O_RDONLY), out = open("b", O_CREAT | O_RDWR, 0600);
    SHOW(sendfile(out, in, NULL, 5));
    show_file("b");
    SHOW(posix_fallocate(out, 0, 100));
    SHOW(lseek(out, 0, SEEK_END));
    SHOW(dup2(in, 77));
    SHOW(close(77));
    SHOW(close(77));
    SHOW(errno == EBADF);
    SHOW(pread(in, (void *)8, 100, 0));
    SHOW(errno);
    SHOW(write(-1, "x", 1));
    SHOW(errno);
    SHOW(open((char *)16, O_RDONLY));
    SHOW(errno);
    FILE *f = tmpfile();
    for (int i = 0; i < 10000; i++)
        fprintf(f, "%d\n", i);
    rewind(f);
    long sum = 0, x;
    while (fscanf(f, "%ld", &x) == 1)
        sum += x;
    SHOW(sum);
}

int main(void)
{
    umask(022);
    read_and_write();
    directories();
    links();
    odds();
    return 0;
}
