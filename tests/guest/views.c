/* Files of /proc/self: what they tell of the program, and how they open. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
#define ERROR(e) printf("%s: %d\n", #e, (long)(e) == -1 ? errno : 0)

extern char **environ, etext[], edata[], __executable_start[];
static int global = 1;

enum { LAST = 52 };
static unsigned long field[LAST + 1];

static void read_stat(const char *path)
{
    char line[2000] = "", *at, *word;
    int fd = open(path, O_RDONLY), i = 2;

    line[read(fd, line, sizeof(line) - 1)] = '\0';
    close(fd);
    at = strrchr(line, ')') + 1;
    while ((word = strtok_r(at, " \n", &at)) && i < LAST)
        field[++i] = strtoul(word, NULL, 10);
    SHOW(i);
}

static void stat_fields(char **argv)
{
    uintptr_t here = (uintptr_t)read_stat, data = (uintptr_t)&global;
    char **last = environ;

    while (last[0] && last[1])
        last++;
    SHOW(field[26] <= here && here < field[27]);
    SHOW(field[26] >= (uintptr_t)__executable_start);
    SHOW(field[27] >= (uintptr_t)etext);
    SHOW(field[27] - (uintptr_t)etext < 1 << 20);
    SHOW(field[45] <= data && data < field[46]);
    SHOW(field[46] == (uintptr_t)edata);
    SHOW(field[47] <= (uintptr_t)sbrk(0) && field[47] >= (uintptr_t)edata);
    SHOW(field[28] == (uintptr_t)(argv - 1));
    SHOW(field[29] | field[30]);
    SHOW(field[48] == (uintptr_t)argv[0]);
    SHOW(field[49] == field[50]);
    SHOW(field[50] == (uintptr_t)environ[0]);
    SHOW(field[51] == (uintptr_t)*last + strlen(*last) + 1);
}

static void opens(const char *name)
{
    char path[64], buf[100], again[100];
    int pair[2], fd;
    struct iovec v = { again, 50 };
    struct stat st;

    snprintf(path, sizeof(path), "/proc/self/%s", name);
    puts(path);
    fd = open(path, O_RDONLY);
    pipe(pair);
    SHOW(fcntl(fd, F_GETFL) & O_ACCMODE);
    SHOW(fcntl(fd, F_GETFD));
    ERROR(write(fd, "x", 1));
    ERROR(ftruncate(fd, 0));
    write(pair[1], "x", 1);
    ERROR(splice(pair[0], NULL, fd, NULL, 1, 0));
    fstat(fd, &st);
    printf("mode %o\n", st.st_mode);
    SHOW(read(fd, buf, 50));
    SHOW(lseek(fd, 0, SEEK_CUR));
    SHOW(lseek(fd, 0, SEEK_SET));
    SHOW(readv(fd, &v, 1));
    SHOW(memcmp(buf, again, 20));
    SHOW(pread(fd, again, 50, 0));
    SHOW(memcmp(buf, again, 20));
    close(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    SHOW(fcntl(fd, F_GETFD));

    close(fd);
    ERROR(open(path, O_RDONLY | O_DIRECTORY));
    ERROR(open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
    fd = open(path, O_WRONLY);
    SHOW(fd >= 0);
    if (fd >= 0) {
        ERROR(read(fd, buf, 1));
        SHOW(write(fd, "x", 1) < 0);
        close(fd);
    }
    close(pair[0]);
    close(pair[1]);
}

static void memory_file(void)
{
    static char here[] = "here", buf[5];
    int rd = open("/proc/self/mem", O_RDONLY);
    int wr = open("/proc/self/mem", O_WRONLY);

    ERROR(pwrite(rd, "x", 1, (off_t)(uintptr_t)here));
    ERROR(pread(wr, buf, 1, (off_t)(uintptr_t)here));
    SHOW(pread(rd, buf, 4, (off_t)(uintptr_t)here));
    SHOW(pwrite(wr, "t", 1, (off_t)(uintptr_t)here));
    printf("%s %s\n", buf, here);
    SHOW(fcntl(rd, F_GETFL) & O_ACCMODE);
}

/* With a base it is refused; natively, and without, there it is. */
static void pages(void)
{
    int fd = open("/proc/self/pagemap", O_RDONLY);
    char *p = mmap(NULL, 1 << 13, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t entry[2] = { 1ull << 63 };

    p[0] = 1;
    if (fd >= 0)
        pread(fd, entry, 16, (off_t)((uintptr_t)p / 4096 * 8));
    SHOW(entry[0] >> 63);
    SHOW(entry[1] >> 63);
}

int main(int argc, char **argv)
{
    (void)argc;
    read_stat("/proc/self/stat");
    stat_fields(argv);
    read_stat("/proc/thread-self/stat");
    stat_fields(argv);
    opens("maps");
    opens("stat");
    opens("environ");
    opens("auxv");
    memory_file();
    pages();
    return 0;
}
