/*
 * Products of 64 by 64 bits, whose halves are folded together: each bit of
 * either factor reaches all bits of the result.
 */
#include "util/hash.h"

#include <string.h>

static const uint64_t salt_a = 0x9e3779b97f4a7c15ull;
static const uint64_t salt_b = 0xd1b54a32d192ed03ull;

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t mix(uint64_t hash, const uint8_t *p)
{
    uint64_t word[2];
    memcpy(word, p, sizeof(word));
    return fold(word[0] ^ salt_a, word[1] ^ hash);
}

uint64_t hash_bytes(const void *p, size_t n)
{
    const uint8_t *at = p;
    uint64_t hash = n ^ salt_b;
    for (; n >= 16; n -= 16, at += 16) {
        hash = mix(hash, at);
    }
    if (n) {
        uint8_t last[16] = {0};
        memcpy(last, at, n);
        hash = mix(hash, last);
    }
    return fold(hash ^ salt_a, salt_b);
}
