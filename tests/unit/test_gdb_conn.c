/* Where the debugger's server listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "gdbstub/internal.h"

enum { ROUNDS = 3000 };

static struct sockaddr_un addr = { .sun_family = AF_UNIX };
static pthread_barrier_t barrier;
static int refused;            /* how often it was there and did not listen */

/* As a client that waits for the name alone. */
static void *client(void *opaque)
{
    for (int i = 0; i < ROUNDS; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        pthread_barrier_wait(&barrier);
        while (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
            refused += errno == ECONNREFUSED;
        }
        close(fd);
        pthread_barrier_wait(&barrier);
    }
    return opaque;
}

static void test_listens_when_seen(void **state)
{
    pthread_t thread;

    (void)state;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, client, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        char path[SOCKET_PATH_MAX] = "";
        int fd;

        pthread_barrier_wait(&barrier);
        fd = conn_listen(addr.sun_path, path);
        assert_true(fd >= 0);
        pthread_barrier_wait(&barrier);
        close(fd);
        unlink(path);
    }
    pthread_join(thread, NULL);
    assert_int_equal(refused, 0);
}

static void expect_error(const char *where, int error)
{
    char path[SOCKET_PATH_MAX] = "";

    errno = 0;
    assert_int_equal(conn_listen(where, path), -1);
    assert_int_equal(errno, error);
    assert_string_equal(path, "");
}

/* Nothing is overwritten: neither a file nor who listens there. */
static void test_taken(void **state)
{
    char path[SOCKET_PATH_MAX] = "", socket_file[64];
    FILE *f = fopen("file", "w");
    int fd;

    (void)state;
    fputs("text", f);
    fclose(f);
    expect_error("./file", EADDRINUSE);
    assert_int_equal(access("file", F_OK), 0);
    fd = conn_listen("./taken", path);
    assert_true(fd >= 0);
    expect_error("./taken", EADDRINUSE);
    snprintf(socket_file, sizeof(socket_file), "./taken.%d", (int)getpid());
    assert_int_equal(access(socket_file, F_OK), -1);
    close(fd);
    fd = conn_listen("./taken", path);         /* left over */
    assert_true(fd >= 0);
    close(fd);
    unlink("taken");
    unlink("file");
}

static void test_bad_paths(void **state)
{
    char name[sizeof(addr.sun_path)], path[SOCKET_PATH_MAX];
    int fd;

    (void)state;
    expect_error("./no/folder", ENOENT);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';             /* as long as one can be */
    fd = conn_listen(name, path);
    assert_true(fd >= 0);
    close(fd);
    unlink(name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listens_when_seen),
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_bad_paths),
    };
    char folder[] = "/tmp/gdb-conn-XXXXXX";
    int failed;

    if (!mkdtemp(folder) || chdir(folder) < 0) {
        return 1;
    }
    strcpy(addr.sun_path, "./socket");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
