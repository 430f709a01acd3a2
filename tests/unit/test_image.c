/* Images of translated code: made, found, damaged, not to be trusted. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/image.h"

enum { RUNTIME_BYTES = 5000, CODE_BYTES = 48, SITE = 8, OUTER = 20 };

/* A "host" whose jumps are the distance in 4 bytes. */
static void patch(uint8_t *rw, const uint8_t *rx, const void *target)
{
    int32_t rel = (int32_t)((const uint8_t *)target - rx);
    memcpy(rw, &rel, sizeof(rel));
}

static void move(uint8_t *code, const uint32_t *outer, uint32_t n, int64_t by)
{
    for (uint32_t i = 0; i < n; i++) {
        int32_t rel;
        memcpy(&rel, code + outer[i], sizeof(rel));
        rel -= (int32_t)by;
        memcpy(code + outer[i], &rel, sizeof(rel));
    }
}

static int32_t rel_at(const uint8_t *code, unsigned at)
{
    int32_t rel;
    memcpy(&rel, code + at, sizeof(rel));
    return rel;
}

/* A block at pc that leads to pc + 16, and calls the runtime at 100. */
static bool add(ImageBuild *b, uint64_t pc, uint64_t distance, bool is_region,
                bool hot)
{
    uint8_t code[CODE_BYTES] = {0};
    int32_t outer_rel = 100 - (int32_t)(distance + OUTER);
    uint32_t rows[2] = {0, 1}, outer[1] = {OUTER};
    ExitSlot slot = {
        .guest_pc = pc + 16, .site = SITE, .stub = 40, .count = hot ? 0 : 30,
        .count_site = hot ? 0 : 34,
    };
    ImageRecord r = {
        .pc = pc, .hash = pc * 3, .code_size = CODE_BYTES, .nb_bytes = 16,
        .nb_rows = 2, .nb_outer = 1, .nb_slots = 1, .is_region = is_region,
    };
    memcpy(code + OUTER, &outer_rel, sizeof(outer_rel));
    return image_build_add(b, &(ImageBlock){
        .record = &r, .code = code, .distance = distance, .slots = &slot,
        .rows = rows, .outer = outer,
    });
}

static const ImageHost host = {patch, move, RUNTIME_BYTES};

static ImageKey some_key(uint64_t bias)
{
    ImageKey key = {.config = 7, .bias = bias};
    memcpy(key.magic, "tcgimg1", 8);
    return key;
}

enum { NB_BLOCKS = 600 };

static ImageBuild *some_build(void)
{
    ImageBuild *b = image_build_new(&host);
    for (uint64_t i = 0; i < NB_BLOCKS; i++) {
        assert_true(add(b, 0x1000 + 16 * i, 8192 + 48 * i, false, false));
    }
    return b;
}

static void blocks_are_found_and_linked(void **s)
{
    ImageBuild *b = some_build();
    ImageKey key = some_key(0);
    size_t n;

    (void)s;
    assert_false(add(b, 0x1000, 8192, false, false));
    assert_true(add(b, 0x1020, 99968, true, false));
    const ImageHeader *h = image_build_finish(b, &key, &n);
    assert_non_null(h);
    assert_true(image_is_sound(h, n));
    const ImageRecord *region = image_find(h, 0x1020, 0, false);
    const ImageRecord *block = image_find(h, 0x1020, 0, true);
    assert_true(region && region->is_region && block && !block->is_region);
    assert_null(image_find(h, 0x1020, 1, false));
    assert_null(image_find(h, 0x1008, 0, false));
    for (uint32_t i = 0; i < h->nb_records; i++) {
        const ImageRecord *r = &image_records(h)[i];
        const ImageRecord *to = image_find(h, r->pc + 16, 0, false);
        const uint8_t *code = (const uint8_t *)h + r->code;
        int32_t stub = 40, count = 30;
        assert_ptr_equal(image_find_code(h, r->code + 5), r);
        assert_int_equal(rel_at(code, SITE), (to ? count : stub) - SITE);
        assert_int_equal(rel_at(code, 34),
                         to ? (int32_t)(to->code - r->code) - 34 : stub - 34);
        assert_int_equal(rel_at(code, OUTER),
                         100 - (int32_t)(h->runtime_pages * IMAGE_PAGE +
                                         r->code + OUTER));
    }
    image_build_free(b);
}

/* What was hot is linked without counting; images are merged. */
static void images_are_merged(void **s)
{
    ImageBuild *first = some_build(), *b = image_build_new(&host);
    ImageKey key = some_key(0);
    size_t n, m;

    (void)s;
    const ImageHeader *h = image_build_finish(first, &key, &n);
    image_build_add_image(b, h);
    assert_int_equal(image_build_count(b), NB_BLOCKS);
    assert_true(add(b, 0xff0, 8192, false, true));
    const ImageHeader *merged = image_build_finish(b, &key, &m);
    assert_true(m > n && image_is_sound(merged, m));
    const ImageRecord *r = image_find(merged, 0xff0, 0, false);
    const ImageRecord *to = image_find(merged, 0x1000, 0, false);
    assert_int_equal(rel_at((const uint8_t *)merged + r->code, SITE),
                     (int32_t)(to->code - r->code) - SITE);
    image_build_free(first);
    image_build_free(b);
}

static void damage_is_seen(void **s)
{
    ImageBuild *b = some_build();
    ImageKey key = some_key(0);
    size_t n;
    const void *good = image_build_finish(b, &key, &n);
    uint8_t *bad = malloc(n);

    (void)s;
    srandom(1);
    for (int i = 0; i < 1000; i++) {
        size_t at = (size_t)random() % n;
        if (at < offsetof(ImageHeader, check)) {
            continue;           /* the key is compared */
        }
        memcpy(bad, good, n);
        bad[at] ^= (uint8_t)(1 << random() % 8);
        assert_false(image_is_sound((const ImageHeader *)(void *)bad, n));
    }
    for (size_t len = 0; len < n; len += 1 + len / 3) {
        assert_false(image_is_sound(good, len));
    }
    free(bad);
    image_build_free(b);
}

/* --- the directory --- */

static char dir_path[] = "/tmp/test_image.XXXXXX";

static int make_dir(void **s)
{
    (void)s;
    strcpy(dir_path + sizeof(dir_path) - 7, "XXXXXX");
    return mkdtemp(dir_path) ? 0 : -1;
}

static int remove_dir(void **s)
{
    char command[128];
    (void)s;
    snprintf(command, sizeof(command), "rm -rf '%s'", dir_path);
    return system(command);
}

static bool there(const ImageDir *dir, const ImageKey *key, bool *verified)
{
    ImageFile file;
    bool found = image_open(dir, key, &file);
    if (found) {
        close(file.fd);
        *verified = file.verified;
    }
    return found;
}

static void path_of(char path[256], const char *suffix)
{
    char command[300];
    FILE *f;

    snprintf(command, sizeof(command), "ls %s/*%s", dir_path, suffix);
    f = popen(command, "r");
    assert_non_null(fgets(path, 256, f));
    path[strcspn(path, "\n")] = '\0';
    pclose(f);
}

static void written_images_are_found(void **s)
{
    ImageDir *dir = image_dir_open(dir_path);
    ImageKey key = some_key(0), other = some_key(4096);
    char path[256];
    bool verified;

    (void)s;
    assert_non_null(dir);
    assert_false(there(dir, &key, &verified));
    char bytes[4096] = "an image";
    assert_true(image_replace(dir, &key, bytes, sizeof(bytes)));
    assert_true(there(dir, &key, &verified) && verified);
    assert_false(there(dir, &other, &verified));
    /* Whatever is written to it later, it is to be looked at. */
    path_of(path, ".img");
    int fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, "An", 2), 2);
    close(fd);
    assert_true(there(dir, &key, &verified) && !verified);
    assert_int_equal(chmod(path, 0620), 0);
    assert_false(there(dir, &key, &verified));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 10), 0);
    assert_false(there(dir, &key, &verified));
    image_dir_close(dir);
}

static void directories_of_others_are_not_used(void **s)
{
    char path[256];
    ImageDir *dir;

    (void)s;
    assert_int_equal(chmod(dir_path, 0777), 0);
    assert_null(image_dir_open(dir_path));
    assert_int_equal(chmod(dir_path, 0700), 0);
    assert_null(image_dir_open("relative"));
    snprintf(path, sizeof(path), "%s/home/.cache/tcg", dir_path);
    assert_null(image_dir_open(path));
    snprintf(path, sizeof(path), "%s/.cache/tcg", dir_path);
    dir = image_dir_open(path);
    assert_non_null(dir);
    image_dir_close(dir);
}

/* Who writes is alone; who died while writing is not waited for. */
static void one_writer(void **s)
{
    ImageDir *dir = image_dir_open(dir_path);
    ImageKey key = some_key(0);
    char bytes[4096] = "an image", from[256], to[256];
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

    (void)s;
    assert_true(image_replace(dir, &key, bytes, sizeof(bytes)));
    path_of(from, ".img");
    snprintf(to, sizeof(to), "%.*s.new", (int)strlen(from) - 4, from);
    close(open(to, O_CREAT | O_WRONLY, 0600));
    assert_false(image_replace(dir, &key, bytes, sizeof(bytes)));
    assert_true(image_is_being_written(dir, &key));
    assert_int_equal(utimensat(AT_FDCWD, to, old, 0), 0);
    assert_false(image_is_being_written(dir, &key));
    assert_true(image_replace(dir, &key, bytes, sizeof(bytes)));
    assert_int_equal(access(to, F_OK), -1);
    image_dir_close(dir);
}

static void limits_are_kept(void **s)
{
    ImageDir *dir = image_dir_open(dir_path);
    ImageKey key = some_key(0);
    char bytes[4096] = "an image";
    struct rlimit old, small;
    bool verified;

    (void)s;
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 100;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_false(image_replace(dir, &key, bytes, sizeof(bytes)));
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(there(dir, &key, &verified));
    image_dir_close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_found_and_linked),
        cmocka_unit_test(images_are_merged),
        cmocka_unit_test(damage_is_seen),
        cmocka_unit_test_setup_teardown(written_images_are_found, make_dir,
                                        remove_dir),
        cmocka_unit_test_setup_teardown(directories_of_others_are_not_used,
                                        make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(one_writer, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(limits_are_kept, make_dir, remove_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
