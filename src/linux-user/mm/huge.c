/* Mappings of huge pages. */
#include "linux-user/mm/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { HUGE_SHIFT = 26, HUGE_MASK = 63 }; /* of mmap's flags */

#define HUGETLBFS 0x958458f6u

static uint64_t default_size(void)
{
    FILE *f = fopen("/proc/meminfo", "re");
    char line[128];
    uint64_t kb = 0;

    while (f && fgets(line, sizeof(line), f) &&
           sscanf(line, "Hugepagesize: %" SCNu64, &kb) != 1) {
    }
    if (f) {
        fclose(f);
    }
    return kb << 10;
}

/* The size that the flags ask for; 0 if the host has no such pages. */
static uint64_t size_of_flags(int flags)
{
    unsigned shift = (unsigned)flags >> HUGE_SHIFT & HUGE_MASK;
    char path[64];

    if (shift == 0) {
        return default_size();
    }
    snprintf(path, sizeof(path),
             "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB",
             (uint64_t)1 << shift >> 10);
    return access(path, F_OK) == 0 ? (uint64_t)1 << shift : 0;
}

static uint64_t size_of_file(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && (uint32_t)fs.f_type == HUGETLBFS
               ? (uint64_t)fs.f_bsize
               : 0;
}

int64_t mm_huge(MapRequest *r)
{
    bool anonymous = r->flags & MAP_ANONYMOUS, wanted = r->flags & MAP_HUGETLB;
    uint64_t size = !anonymous ? size_of_file(r->fd)
                    : wanted   ? size_of_flags(r->flags)
                               : 0;

    if (size == 0) {
        return wanted ? -EINVAL : 0;
    }
    r->align = size;
    r->huge = true;
    return 0;
}
