/* Calls through tables of functions, and small functions. virtual [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Shape Shape;
typedef struct {
    uint64_t (*area)(const Shape *);
    uint64_t (*grow)(Shape *, unsigned);
    unsigned (*sides)(const Shape *);
} Methods;
struct Shape {
    const Methods *methods;
    uint64_t a, b;
};

#define SHAPE(name, area_, grow_, sides_)                                     \
    static uint64_t name##_area(const Shape *s) { (void)s; return area_; }   \
    static uint64_t name##_grow(Shape *s, unsigned n)                         \
    {                                                                         \
        return grow_;                                                         \
    }                                                                         \
    static unsigned name##_sides(const Shape *s) { return (sides_) + (s->a & 1); } \
    static const Methods name = { name##_area, name##_grow, name##_sides };

SHAPE(box, s->a * s->b, (s->a += n) ^ s->b, 4)
SHAPE(square, s->a * s->a, s->a = (s->a + n) & 0xffff, 4)
SHAPE(circle, s->a * s->a * 355 / 113, s->a += n & 7, 0)
SHAPE(triangle, s->a * s->b / 2, (s->b += n) >> 1, 3)
SHAPE(line, 0, s->b -= n, 1)

static unsigned __attribute__((noinline)) gcd(unsigned a, unsigned b)
{
    return b == 0 ? a : gcd(b, a % b);
}

static uint64_t __attribute__((noinline)) visit(Shape *s, unsigned i)
{
    uint64_t h = s->methods->area(s);
    if (s->methods->sides(s) > 3)
        h ^= s->methods->grow(s, i);
    return h + gcd((unsigned)s->a & 1023, i & 511);
}

int main(int argc, char **argv)
{
    static const Methods *const kinds[] = { &box, &square, &circle, &triangle,
                                            &line };
    enum { N = 1000 };
    static Shape shapes[N];
    int scale = argc > 1 ? atoi(argv[1]) : 40;
    uint32_t x = 7;
    for (int i = 0; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        shapes[i] = (Shape){ kinds[(x >> 24) % 5], x & 255, i };
    }
    uint64_t hash = 0;
    for (int r = 0; r < scale * 100; r++)
        for (int i = 0; i < N; i++)
            hash = hash * 3 + visit(&shapes[i], r + i);
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}
