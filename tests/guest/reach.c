/*
 * What lies beyond the guest's address space is the emulator's: nothing that
 * a program asks of the kernel changes it.  Natively there is nobody there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, NB_PLACES = 600 };

#ifdef __riscv
enum { NR_HWPROBE = 258, HIGHEST = 7 };

static uint64_t end;
static int mem, zero, shm;
static char *own;

static int fails(long ret, int error)
{
    return ret == -1 && errno == error;
}

static int maps(void *at)
{
    const int rw = PROT_READ | PROT_WRITE;
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS;

    return fails((long)mmap(at, PAGE, rw, anon | MAP_FIXED, -1, 0), ENOMEM) &&
           fails((long)mmap(at, PAGE, rw, anon | MAP_FIXED_NOREPLACE, -1, 0),
                 ENOMEM) &&
           (uintptr_t)mmap(at, PAGE, rw, anon, -1, 0) < end &&
           fails((long)mremap(own, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                              at), EINVAL) &&
           fails((long)mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT) &&
           fails((long)shmat(shm, at, SHM_REMAP), ENOMEM);
}

static int changes(void *at)
{
    return fails(munmap(at, PAGE), EINVAL) &&
           fails(munmap(own, (char *)at + PAGE - own), EINVAL) &&
           fails(mprotect(at, PAGE, PROT_NONE), ENOMEM) &&
           fails(madvise(at, PAGE, MADV_DONTNEED), ENOMEM) &&
           fails(mlock(at, PAGE), ENOMEM) &&
           fails(msync(at, PAGE, MS_SYNC), ENOMEM) &&
           fails(shmdt(at), EINVAL) &&
           syscall(SYS_brk, at) == syscall(SYS_brk, 0);
}

static int copies(void *at)
{
    struct iovec there = { at, 8 }, here = { own, 8 };
    unsigned char in_core;

    return fails(read(zero, at, 8), EFAULT) &&
           fails(readv(zero, &there, 1), EFAULT) &&
           fails(process_vm_readv(getpid(), &here, 1, &there, 1, 0),
                 EFAULT) &&
           fails(process_vm_writev(getpid(), &here, 1, &there, 1, 0),
                 EFAULT) &&
           fails(pread(mem, own, 8, (off_t)at), EIO) &&
           fails(pwrite(mem, own, 8, (off_t)at), EIO) &&
           fails(syscall(SYS_futex, at, FUTEX_WAKE_OP, 1, 1, at, 0), EFAULT) &&
           fails(syscall(SYS_getrandom, at, 8, 0), EFAULT) &&
           fails(mincore(at, PAGE, &in_core), ENOMEM);
}

static int safe(uint64_t place)
{
    void *at = (void *)place;

    if (!maps(at) || !changes(at) || !copies(at)) {
        printf("%p: errno %d\n", at, errno);
        return 0;
    }
    return 1;
}

/* The last page of all: what begins in it does not go on beyond. */
static int last_page(void)
{
    char *last = mmap((void *)(end - PAGE), PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    struct iovec over = { last + PAGE - 8, 2 * PAGE }, here = { own, PAGE };

    memset(own, 1, PAGE);
    read(zero, last + PAGE - 8, 2 * PAGE);
    readv(zero, &over, 1);
    syscall(SYS_getrandom, last + PAGE - 8, PAGE, 0);
    return last != MAP_FAILED && fails(munmap(last, 2 * PAGE), EINVAL) &&
           process_vm_writev(getpid(), &here, 1, &over, 1, 0) <= 8 &&
           pwrite(mem, own, 16, end - 8) == 8 && last[PAGE - 1] == 1;
}

static void find_end(void)
{
    struct { int64_t key; uint64_t value; } pair = { HIGHEST, 0 };

    syscall(NR_HWPROBE, &pair, 1, 0, NULL, 0);
    end = pair.value + 1;
}

/*
 * In the guest's space, but where an emulator may have its heap: either the
 * page is the program's to map, or it is safe.
 */
static int heap_safe(void)
{
    const uint64_t heap = 0x555555555000;
    int good = 1;

    for (int i = 0; i < NB_PLACES && heap < end; i++) {
        void *at = (void *)(heap + i * (256ull << 20) / NB_PLACES * 4 / PAGE *
                            PAGE);
        void *got = mmap(at, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
                         MAP_FIXED_NOREPLACE, -1, 0);

        good &= got == at ? munmap(at, PAGE) == 0 : safe((uintptr_t)at);
    }
    return good;
}

static int all_safe(void)
{
    uint64_t step = (1ull << 47) / NB_PLACES & -PAGE, random = 1;
    int good = 1;

    find_end();

    mem = open("/proc/self/mem", O_RDWR);
    zero = open("/dev/zero", O_RDONLY);
    shm = shmget(IPC_PRIVATE, PAGE, 0600);
    own = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < NB_PLACES; i++) {
        random = random * 6364136223846793005u + 1;
        good &= safe(end + i * step);
        good &= safe(end + ((random >> 17) & -PAGE));
        good &= safe(end + ((random >> 23) & -PAGE));
    }
    good &= heap_safe();
    good &= safe(1ull << 63) & safe(-2 * PAGE);
    good &= last_page();
    shmctl(shm, IPC_RMID, NULL);
    return good;
}
#else
static int all_safe(void)
{
    return 1;
}
#endif

int main(void)
{
    printf("out of reach: %d\n", all_safe());
    return 0;
}
