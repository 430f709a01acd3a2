/* Words: hashing, a table, formatting, searching. strings [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096, WORDS = 6000 };
typedef struct Entry {
    struct Entry *next;
    char word[20];
    unsigned count;
} Entry;
static Entry *buckets[BUCKETS], pool[WORDS];
static int used;

static uint32_t hash_of(const char *s)
{
    uint32_t h = 2166136261u;
    while (*s)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static Entry *find(const char *word)
{
    Entry **at = &buckets[hash_of(word) % BUCKETS];
    for (; *at; at = &(*at)->next)
        if (strcmp((*at)->word, word) == 0)
            return *at;
    *at = &pool[used++];
    strcpy((*at)->word, word);
    return *at;
}

static void make_word(char *out, uint32_t n)
{
    static const char *const part[] = { "ba", "co", "di", "fu", "ge", "lor",
                                        "mip", "nes" };
    *out = 0;
    do
        strcat(out, part[n & 7]);
    while (n >>= 3);
}

int main(int argc, char **argv)
{
    int scale = argc > 1 ? atoi(argv[1]) : 120;
    uint64_t sum = 0;
    uint32_t x = 99;
    char word[64], line[160];
    for (int i = 0; i < scale * 10000; i++) {
        x = x * 1664525u + 1013904223u;
        make_word(word, (x >> 16) % 5000);
        find(word)->count++;
        if (i % 64 == 0) {
            snprintf(line, sizeof(line), "%d:%s:%08x:%s", i, word, x, word);
            char *p = strstr(line, "mip");
            sum = sum * 31 + strlen(line) + (p ? p - line : 0);
        }
    }
    for (int i = 0; i < used; i++)
        sum = sum * 31 + pool[i].count + hash_of(pool[i].word);
    printf("%d %016llx\n", used, (unsigned long long)sum);
    return 0;
}
