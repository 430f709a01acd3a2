/* Who and where we are: ids, limits, uname, random, affinity. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

int main(void)
{
    struct utsname u;
    SHOW(uname(&u));
    puts(u.sysname);
#ifdef __riscv
    SHOW(strcmp(u.machine, "riscv64"));
#else
    puts("strcmp(u.machine, \"riscv64\") = 0");
#endif
    SHOW(getpid() > 0 && getpid() == syscall(SYS_gettid));
    SHOW(getppid() > 0);
    SHOW(getuid() == geteuid());
    SHOW(getgid() == getegid());
    SHOW(getpgrp() > 0);
    SHOW(getsid(0) > 0);
    unsigned char a[32] = { 0 }, b[32] = { 0 };
    SHOW(getrandom(a, 32, 0));
    SHOW(getrandom(b, 32, 0));
    SHOW(memcmp(a, b, 32) != 0);
    struct rlimit r;
    SHOW(getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur > 2);
    r.rlim_cur = 50;
    SHOW(setrlimit(RLIMIT_NOFILE, &r));
    SHOW(dup2(0, 60));
    SHOW(errno);
    SHOW(getrlimit(RLIMIT_STACK, &r) == 0 && r.rlim_cur >= 1 << 20);
    struct sysinfo si;
    SHOW(sysinfo(&si) == 0 && si.totalram > 0 && si.mem_unit > 0);
    cpu_set_t set;
    SHOW(sched_getaffinity(0, sizeof(set), &set) >= 0 && CPU_COUNT(&set) > 0);
    SHOW(sched_yield());
    SHOW(sysconf(_SC_PAGESIZE));
    SHOW(sysconf(_SC_NPROCESSORS_ONLN) > 0);
    gid_t groups[256];
    SHOW(getgroups(256, groups) >= 0);
    SHOW(syscall(5000));
    SHOW(errno == ENOSYS);
    SHOW(getpriority(PRIO_PROCESS, 0) < 20);
    char name[64];
    SHOW(gethostname(name, sizeof(name)));
    return 0;
}
