/*
 * Paths below the -L prefix.  Absolute symbolic links in the prefix mean
 * files of the prefix, so the path is walked here, link by link.
 */
#include "linux-user/task/path.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "linux-user/task/path.h"

enum { LINK_LIMIT = 40 };

typedef struct Walk {
    char out[PATH_MAX];  /* prefix and what has been walked */
    size_t root, n;      /* lengths: of the prefix, of out */
    char rest[PATH_MAX]; /* still to be walked */
    int links;
} Walk;

static void leave_directory(Walk *w)
{
    while (w->n > w->root && w->out[--w->n] != '/') {
    }
    w->out[w->n] = '\0';
}

static bool append(Walk *w, const char *name, size_t len)
{
    if (w->n + 1 + len >= PATH_MAX) {
        return false;
    }
    w->out[w->n++] = '/';
    memcpy(w->out + w->n, name, len);
    w->n += len;
    w->out[w->n] = '\0';
    return true;
}

/* The link that out names, of n bytes, goes before the rest. */
static bool enter_link(Walk *w, const char *link, size_t n)
{
    char rest[PATH_MAX];

    if (++w->links > LINK_LIMIT || n + strlen(w->rest) + 1 >= PATH_MAX) {
        return false;
    }
    strcpy(rest, w->rest);
    memcpy(w->rest, link, n);
    strcpy(w->rest + n, rest);
    leave_directory(w);
    if (link[0] == '/') {
        w->n = w->root;
        w->out[w->n] = '\0';
    }
    return true;
}

/* One name of the rest; false if it is not below the prefix. */
static bool step(Walk *w, bool follow)
{
    char *name = w->rest + strspn(w->rest, "/"), link[PATH_MAX];
    size_t len = strcspn(name, "/");
    ssize_t n;

    if (len == 2 && memcmp(name, "..", 2) == 0) {
        leave_directory(w);
    } else if (len > 0 && !(len == 1 && *name == '.') &&
               !append(w, name, len)) {
        return false;
    }
    memmove(w->rest, name + len, strlen(name + len) + 1);
    if (w->n == w->root) {
        return true;
    }
    n = readlink(w->out, link, sizeof(link));
    if (n < 0) {
        return errno == EINVAL; /* it is there, and no link */
    }
    return (!follow && !w->rest[0]) || enter_link(w, link, (size_t)n);
}

/*
 * What the kernel shows there is the same for all: an empty folder of that
 * name in the prefix does not hide it.
 */
static bool is_kernels(const char *path)
{
    static const char *const roots[] = {"/proc", "/sys", "/dev"};

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        size_t n = strlen(roots[i]);

        if (strncmp(path, roots[i], n) == 0 &&
            (path[n] == '/' || path[n] == '\0')) {
            return true;
        }
    }
    return false;
}

bool path_below(const char *prefix, char path[PATH_MAX], bool follow)
{
    Walk w = {.root = strlen(prefix), .links = 0};

    if (is_kernels(path) || w.root >= PATH_MAX || strlen(path) >= PATH_MAX) {
        return false;
    }
    w.n = w.root;
    strcpy(w.out, prefix);
    strcpy(w.rest, path);
    while (w.rest[0]) {
        if (!step(&w, follow)) {
            return false;
        }
    }
    strcpy(path, w.out);
    return true;
}

long path_read(Task *t, uint64_t addr, char buf[PATH_MAX], bool follow)
{
    const char *prefix = t->proc->options->prefix;
    long n = mm_read_string(task_mm(t), buf, addr, PATH_MAX);

    if (n < 0) {
        return n;
    }
    if (prefix && buf[0] == '/') {
        path_below(prefix, buf, follow);
    }
    return 0;
}
