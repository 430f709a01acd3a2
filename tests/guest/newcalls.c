/* System calls that C libraries of today have no functions for. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <unistd.h>

/* The same for all machines. */
enum {
    PROCESS_MADVISE = 440,
    CACHESTAT = 451,
    FUTEX_WAKE_2 = 454,
    FUTEX_WAIT_2 = 455,
    FUTEX_REQUEUE_2 = 456,
    STATMOUNT = 457,
    LISTMOUNT = 458,
    LSM_LIST = 461,
    MSEAL = 462,
    SETXATTRAT = 463,
    GETXATTRAT = 464,
    LISTXATTRAT = 465,
    REMOVEXATTRAT = 466,
    FILE_GETATTR = 468,
};

enum { PAGE = 4096, SIZE_U32 = 2 };

static void show(const char *what, long ret)
{
    printf("%s: %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
}

static void *pages(int n)
{
    return mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void memory(void)
{
    char *p = pages(4);
    void *two[2] = {p, p + PAGE};
    int status[2] = {99, 99};
    int fd = memfd_create("four", 0),
        pidfd = syscall(SYS_pidfd_open, getpid(), 0);
    struct iovec iov = {p, 2 * PAGE}, over = {p, 1ull << 46};
    char *q;

    memset(p, 1, 4 * PAGE);
    show("move_pages", syscall(SYS_move_pages, 0, 2, two, NULL, status, 0));
    printf("nodes %d %d\n", status[0], status[1]);
    show("process_madvise",
         syscall(PROCESS_MADVISE, pidfd, &iov, 1, MADV_COLD, 0));
    printf("too long %d\n",
           syscall(PROCESS_MADVISE, pidfd, &over, 1, MADV_COLD, 0) < 1l << 40);
    ftruncate(fd, 4 * PAGE);
    q = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < 4; i++) {
        q[i * PAGE] = 'a' + i;
    }
    show("remap_file_pages", syscall(SYS_remap_file_pages, q, PAGE, 0, 3, 0));
    printf("%c %c\n", q[0], q[PAGE]);
    show("mseal", syscall(MSEAL, p, 2 * PAGE, 0));
    show("munmap", munmap(p, PAGE));
    show("mprotect", mprotect(p + PAGE, PAGE, PROT_NONE));
    show("mmap over",
         mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
              0) == MAP_FAILED
             ? -1
             : 0);
    show("munmap beside", munmap(p + 2 * PAGE, 2 * PAGE));
}

static uint32_t word[2];

static void *waits(void *arg)
{
    long ret = syscall(FUTEX_WAIT_2, &word[0], 0, -1ul & 0xffffffff,
                       SIZE_U32 | FUTEX_PRIVATE_FLAG, NULL, 0);

    return (void *)(ret < 0 ? -errno : ret);
}

static void futexes(void)
{
    struct futex_waitv w[2] = {
        {0, (uintptr_t)&word[0], SIZE_U32 | FUTEX_PRIVATE_FLAG, 0},
        {0, (uintptr_t)&word[1], SIZE_U32 | FUTEX_PRIVATE_FLAG, 0},
    };
    pthread_t thread;
    void *ret;

    pthread_create(&thread, NULL, waits, NULL);
    usleep(100000);
    show("futex_requeue", syscall(FUTEX_REQUEUE_2, w, 0, 0, 1));
    show("futex_wake", syscall(FUTEX_WAKE_2, &word[1], -1ul & 0xffffffff, 1,
                               SIZE_U32 | FUTEX_PRIVATE_FLAG));
    pthread_join(thread, &ret);
    show("futex_wait", (long)ret);
}

static void files(void)
{
    struct {
        uint64_t value;
        uint32_t size, flags;
    } args = {(uintptr_t) "red", 3};
    struct {
        uint64_t off, len;
    } range = {0, 0};
    uint64_t stat[5], attr[4];
    char buf[64] = "";
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    write(fd, buf, sizeof(buf));
    show("cachestat", syscall(CACHESTAT, fd, &range, stat, 0));
    show("setxattrat", syscall(SETXATTRAT, AT_FDCWD, "file", 0, "user.colour",
                               &args, sizeof(args)));
    args.value = (uintptr_t)buf;
    args.size = sizeof(buf);
    show("getxattrat", syscall(GETXATTRAT, AT_FDCWD, "file", 0, "user.colour",
                               &args, sizeof(args)));
    printf("%s\n", buf);
    show("listxattrat",
         syscall(LISTXATTRAT, AT_FDCWD, "file", 0, buf, sizeof(buf)));
    show("removexattrat",
         syscall(REMOVEXATTRAT, AT_FDCWD, "file", 0, "user.colour"));
    show("file_getattr", syscall(FILE_GETATTR, AT_FDCWD, "file", attr, 24, 0));
}

static void system_(void)
{
    struct {
        uint32_t size, spare;
        uint64_t id, param, ns;
    } req = {24, 0, -1ul, 0};
    uint64_t ids[512], lsm[32];
    uint32_t size = sizeof(lsm);
    char buf[1024];
    long n = syscall(LISTMOUNT, &req, ids, 512, 0);

    printf("listmount: %d\n", n > 0 ? 1 : (int)n);
    req.id = ids[0];
    req.param = 2;
    show("statmount",
         n > 0 ? syscall(STATMOUNT, &req, buf, sizeof(buf), 0) : 0);
    show("lsm_list_modules", syscall(LSM_LIST, lsm, &size, 0));
}

static void keys(void)
{
    char text[128] = "";
    long key = syscall(SYS_add_key, "user", "colour", "blue", 4,
                       KEY_SPEC_PROCESS_KEYRING);

    printf("add_key: %s\n", key < 0 ? strerror(errno) : "a key");
    if (key >= 0) {
        show("read", syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)));
        printf("%s\n", text);
        show("describe",
             syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, sizeof(text)));
        printf("%s\n", text);
        show("update", syscall(SYS_keyctl, KEYCTL_UPDATE, key, "grey", 4));
        printf("found %d\n",
               syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING,
                       "user", "colour", 0) == key);
        show("revoke", syscall(SYS_keyctl, KEYCTL_REVOKE, key));
        show("revoked",
             syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof(text)));
    }
    show("bad", syscall(SYS_keyctl, 1000, 0, 0, 0, 0));
}

static void interface(void)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ethtool_value link = {.cmd = ETHTOOL_GLINK};
    struct ifreq req = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    req.ifr_data = (void *)&link;
    show("link", ioctl(fd, SIOCETHTOOL, &req));
    printf("%u %s %d\n", link.data, req.ifr_name,
           req.ifr_data == (void *)&link);
    req.ifr_data = (void *)&info;
    show("driver", ioctl(fd, SIOCETHTOOL, &req));
    printf("%s\n", info.driver);
    req.ifr_data = (void *)-8;
    show("bad", ioctl(fd, SIOCETHTOOL, &req));
}

static void controls(void)
{
    enum { SET_VMA = 0x53564d41, GET_AUXV = 0x41555856 };
    char *p = pages(1), line[512];
    unsigned long auxv[64], page = 0;
    long n = prctl(GET_AUXV, auxv, sizeof(auxv), 0, 0);
    FILE *f = fopen("/proc/self/maps", "r");
    int found = 0;

    for (long i = 0; i < n / 16; i++) {
        page = auxv[2 * i] == AT_PAGESZ ? auxv[2 * i + 1] : page;
    }
    show("page size", page);
    show("short", prctl(GET_AUXV, auxv, 8, 0, 0) == n);
    show("nowhere", prctl(GET_AUXV, 8, 8, 0, 0));
    show("name", prctl(SET_VMA, 0, p, PAGE, "my name"));
    while (fgets(line, sizeof(line), f)) {
        found |= strstr(line, "[anon:my name]") != NULL;
    }
    show("found", found);
    show("beyond", prctl(SET_VMA, 0, 1ul << 48, PAGE, "my name"));
}

int main(void)
{
    controls();
    memory();
    futexes();
    files();
    system_();
    keys();
    interface();
    return 0;
}
