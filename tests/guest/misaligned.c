/* Loads and stores at every offset, across pages, up to the last byte. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define AT(type, p) (*(volatile type *)(p))

#ifndef __riscv
#pragma GCC optimize("no-strict-aliasing")
#endif

static sigjmp_buf back;
static void *at;
static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    at = info->si_addr;
    siglongjmp(back, 1);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    return (h ^ v) * 1099511628211u;
}

static uint64_t everywhere(unsigned char *p)
{
    uint64_t h = 14695981039346656037u;
    for (int i = -16; i < 16; i++) {
        h = mix(h, AT(int16_t, p + i));
        h = mix(h, AT(uint16_t, p + i));
        h = mix(h, AT(int32_t, p + i));
        h = mix(h, AT(uint32_t, p + i));
        h = mix(h, AT(uint64_t, p + i));
        double d = AT(double, p + i);
        float f = AT(float, p + i);
        h = mix(h, (uint64_t)(int64_t)(d * 1e-3));
        h = mix(h, f > 1);
        AT(uint64_t, p + i) = h;
        AT(uint16_t, p + i + 3) = h >> 7;
        AT(uint32_t, p + i - 5) = h >> 21;
        AT(double, p + i + 1) = i * 1.25;
    }
    return h;
}

int main(void)
{
    struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &sa, NULL);
    unsigned char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2 * 4096; i++)
        p[i] = i * 37;
    printf("%016lx\n", (unsigned long)everywhere(p + 64));
    printf("%016lx\n", (unsigned long)everywhere(p + 4096));
    munmap(p + 2 * 4096, 4096);
    unsigned char *end = p + 2 * 4096;
    volatile uint64_t sum = 0;
    volatile int good = 0;
    for (volatile int i = 12; i > 0; i--) {
        if (sigsetjmp(back, 1) == 0) {
            sum += AT(uint64_t, end - i);
            good++;
        } else if ((unsigned char *)at < end - i || (unsigned char *)at > end) {
            printf("wrong address %ld\n", (long)((unsigned char *)at - end));
        }
    }
    printf("%d good, sum %lx\n", good, (unsigned long)sum);
    return 0;
}
