/* CRC-32 by bit, by table and sliced by four; Adler-32. crc [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t table[4][256];

static uint32_t by_bit(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    while (n--) {
        crc ^= *p++;
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

static void make_tables(void)
{
    for (unsigned i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        table[0][i] = c;
    }
    for (unsigned i = 0; i < 256; i++)
        for (int t = 1; t < 4; t++)
            table[t][i] = table[t - 1][i] >> 8 ^
                          table[0][table[t - 1][i] & 255];
}

static uint32_t by_table(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    while (n--)
        crc = crc >> 8 ^ table[0][(crc ^ *p++) & 255];
    return ~crc;
}

static uint32_t by_slices(uint32_t crc, const uint8_t *p, size_t n)
{
    crc = ~crc;
    for (; n >= 4; n -= 4, p += 4) {
        uint32_t word;
        memcpy(&word, p, 4);
        crc ^= word;
        crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^
              table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
    }
    return by_table(~crc, p, n);
}

static uint32_t adler(const uint8_t *p, size_t n)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < n; i++) {
        a = (a + p[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

int main(int argc, char **argv)
{
    enum { N = 100000 };
    int scale = argc > 1 ? atoi(argv[1]) : 100;
    uint8_t *data = malloc(N);
    uint32_t x = 1;
    for (int i = 0; i < N; i++)
        data[i] = (x = x * 1103515245u + 12345) >> 16;
    make_tables();
    printf("%08x\n", by_table(0, (const uint8_t *)"123456789", 9));
    uint32_t a = 0, b = 0, c = 0, d = 0;
    for (int i = 0; i < scale; i++) {
        a = by_bit(a, data, N / 8);
        b = by_table(b, data, N);
        c = by_slices(c, data, N);
        d ^= adler(data, N) + i;
    }
    printf("%08x %08x %08x %d\n", a, b, d, b == c);
    return 0;
}
