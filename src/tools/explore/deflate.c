/*
 * See deflate.h.  One block with the fixed codes of RFC 1951, section 3.2.6;
 * repetitions are found by chains of the places whose three bytes have the same
 * hash, the latest first.
 */
#include "tools/explore/deflate.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum {
    WINDOW = 1 << 15,
    HASHES = 1 << 15,
    MAX_CHAIN = 256,
    MIN_MATCH = 3,
    MAX_MATCH = 258,
    END_OF_BLOCK = 256,
    LONGEST = 285,
    NB_LENGTHS = 28,
    NB_DISTANCES = 30,
    NONE = -1,
};

typedef struct Deflate {
    const uint8_t *data;
    size_t size;
    int64_t head[HASHES], before[WINDOW]; /* places, or NONE */
    uint8_t *out;
    size_t out_size, room;
    uint64_t bits; /* not yet in `out`, the first lowest */
    unsigned nb_bits;
} Deflate;

typedef struct Match {
    size_t length, distance;
} Match;

typedef struct Code {
    unsigned code, extra; /* how many bits follow it: the value minus */
    size_t base;
} Code;

/* Bits -------------------------------------------------------------------- */

static void put_byte(Deflate *d, uint8_t byte)
{
    if (d->out_size == d->room) {
        d->room = d->room ? 2 * d->room : 4096;
        d->out = realloc(d->out, d->room);
        check(d->out, "out of memory");
    }
    d->out[d->out_size++] = byte;
}

static void put_bits(Deflate *d, uint64_t value, unsigned n)
{
    d->bits |= value << d->nb_bits;
    for (d->nb_bits += n; d->nb_bits >= 8; d->nb_bits -= 8) {
        put_byte(d, (uint8_t)d->bits);
        d->bits >>= 8;
    }
}

/* Codes come with their highest bit first. */
static void put_code(Deflate *d, unsigned code, unsigned n)
{
    while (n-- > 0) {
        put_bits(d, code >> n & 1, 1);
    }
}

/* Section 3.2.6: a literal, the end, or the code of a length. */
static void put_symbol(Deflate *d, unsigned symbol)
{
    static const struct {
        unsigned from, code, bits;
    } ranges[] = {
        {280, 0xc0, 8}, {256, 0x00, 7}, {144, 0x190, 9}, {0, 0x30, 8}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (symbol >= ranges[i].from) {
            put_code(d, ranges[i].code + symbol - ranges[i].from,
                     ranges[i].bits);
            return;
        }
    }
}

/*
 * Section 3.2.5: the code of a length or distance, which is one of `nb`, those
 * from 2 * per on with one extra bit more for each `per`; the first is of
 * `first`.
 */
static Code find_code(size_t value, size_t first, unsigned nb, unsigned per)
{
    Code c = {0, 0, first};
    while (c.code < nb - 1 && value >= c.base + ((size_t)1 << c.extra)) {
        c.base += (size_t)1 << c.extra;
        c.code++;
        c.extra = c.code < 2 * per ? 0 : c.code / per - 1;
    }
    return c;
}

static void put_match(Deflate *d, Match m)
{
    Code c = find_code(m.length, MIN_MATCH, NB_LENGTHS, 4);
    if (m.length == MAX_MATCH) {
        put_symbol(d, LONGEST);
    } else {
        put_symbol(d, END_OF_BLOCK + 1 + c.code);
        put_bits(d, m.length - c.base, c.extra);
    }
    c = find_code(m.distance, 1, NB_DISTANCES, 2);
    put_code(d, c.code, 5);
    put_bits(d, m.distance - c.base, c.extra);
}

/* Repetitions ------------------------------------------------------------- */

static unsigned hash(const uint8_t *p)
{
    uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
    return v * 2654435761u >> 17;
}

static void note(Deflate *d, size_t at)
{
    if (d->size - at >= MIN_MATCH) {
        int64_t *head = &d->head[hash(d->data + at)];
        d->before[at % WINDOW] = *head;
        *head = (int64_t)at;
    }
}

static size_t common(const Deflate *d, size_t a, size_t b)
{
    size_t n = 0, most = d->size - b < MAX_MATCH ? d->size - b : MAX_MATCH;
    while (n < most && d->data[a + n] == d->data[b + n]) {
        n++;
    }
    return n;
}

/* The longest of what is noted. */
static Match longest_match(const Deflate *d, size_t at)
{
    Match best = {0, 0};
    int64_t place =
        d->size - at >= MIN_MATCH ? d->head[hash(d->data + at)] : NONE;
    for (int i = 0;
         i < MAX_CHAIN && place != NONE && at - (size_t)place < WINDOW; i++) {
        size_t length = common(d, (size_t)place, at);
        if (length > best.length) {
            best = (Match){length, at - (size_t)place};
        }
        place = d->before[(size_t)place % WINDOW];
    }
    return best;
}

uint8_t *deflate(const uint8_t *data, size_t size, size_t *out_size)
{
    Deflate *d = calloc(1, sizeof(*d));
    check(d, "out of memory");
    d->data = data;
    d->size = size;
    memset(d->head, 0xff, sizeof(d->head));
    put_bits(d, 1, 1); /* the last block, */
    put_bits(d, 1, 2); /* with the fixed codes */
    for (size_t at = 0; at < size;) {
        Match m = longest_match(d, at);
        size_t end = at + (m.length >= MIN_MATCH ? m.length : 1);
        if (m.length >= MIN_MATCH) {
            put_match(d, m);
        } else {
            put_symbol(d, data[at]);
        }
        while (at < end) {
            note(d, at++);
        }
    }
    put_symbol(d, END_OF_BLOCK);
    put_bits(d, 0, 7);
    uint8_t *out = d->out;
    *out_size = d->out_size;
    free(d);
    return out;
}

void base64_write(FILE *f, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t n = size - i < 3 ? size - i : 3;
        uint32_t v = (uint32_t)data[i] << 16 |
                     (n > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                     (n > 2 ? data[i + 2] : 0);
        for (size_t k = 0; k < 4; k++) {
            fputc(k <= n ? digits[v >> (18 - 6 * k) & 63] : '=', f);
        }
    }
}
