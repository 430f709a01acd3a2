/*
 * make_big KIND: writes a guest program in C.
 *   straight  one function of 10,000 assignments without a branch
 *   live      one block with dozens of integer and FP values live throughout
 *   switch    a switch of 2,000 cases, and one of 700 nested in a loop
 *   calls     3,000 functions called in a chain
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static unsigned next(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

static void statement(unsigned nints, unsigned nfps)
{
    static const char *const ops[] = { "+", "-", "*", "^", "|", "&" };
    unsigned d = next(nints), a = next(nints), b = next(nints), f = next(nfps);
    switch (next(10)) {
    case 0: printf("    i%u = i%u << %u;\n", d, a, 1 + next(62)); break;
    case 1: printf("    i%u = (int64_t)i%u >> %u;\n", d, a, 1 + next(62)); break;
    case 2: printf("    i%u += (uint32_t)i%u * 77u + m[%u];\n", d, a, next(64)); break;
    case 3: printf("    m[%u] = i%u;\n", next(64), a); break;
    case 4: printf("    f%u = f%u * 0.75 + f%u;\n", f, next(nfps), next(nfps)); break;
    case 5: printf("    f%u = f%u - (double)(int16_t)i%u;\n", f, next(nfps), a); break;
    case 6: printf("    i%u = i%u < i%u;\n    i%u += %u;\n", d, a, b, d, next(1u << 31)); break;
    default: printf("    i%u = i%u %s (i%u | 1);\n", d, a, ops[next(6)], b);
    }
}

static void block(int lines, unsigned nints, unsigned nfps)
{
    puts("#include <stdint.h>\n#include <stdio.h>\n"
         "static uint64_t m[64];\n"
         "static uint64_t __attribute__((noinline)) run(uint64_t s)\n{");
    for (unsigned i = 0; i < nints; i++)
        printf("    uint64_t i%u = s * %u + %u;\n", i, i + 3, i);
    for (unsigned i = 0; i < nfps; i++)
        printf("    double f%u = (double)(s & 1023) + %u.25;\n", i, i);
    for (int i = 0; i < lines; i++)
        statement(nints, nfps);
    puts("    uint64_t h = 0;\n    double t = 0;");
    for (unsigned i = 0; i < nints; i++)
        printf("    h = h * 31 + i%u;\n", i);
    for (unsigned i = 0; i < nfps; i++)
        printf("    t = t * 0.5 + f%u;\n", i);
    puts("    printf(\"%016lx %.17g\\n\", (unsigned long)h, t);\n"
         "    return h;\n}\n\nint main(void)\n{\n    uint64_t s = 1;\n"
         "    for (int i = 0; i < 20; i++)\n        s = run(s);\n"
         "    return 0;\n}");
}

static void cases(unsigned n, const char *name)
{
    printf("static uint64_t __attribute__((noinline)) %s(uint64_t x, uint64_t a)\n"
           "{\n    switch (x %% %u) {\n", name, n + 1);
    for (unsigned i = 0; i < n; i++) {
        printf("    case %u: a = a * %u %c %uu; ", i, 2 * next(500) + 1,
               "+-^"[next(3)], next(1u << 31));
        puts(next(4) ? "break;" : "/* fall through */");
    }
    puts("    default: a += 1;\n    }\n    return a;\n}\n");
}

static void switches(void)
{
    puts("#include <stdint.h>\n#include <stdio.h>\n");
    cases(2000, "big");
    cases(700, "small");
    puts("int main(void)\n{\n    uint64_t a = 1;\n"
         "    for (int i = 0; i < 30000; i++) {\n"
         "        a = big(a >> 20 ^ i, a);\n        a = small(a >> 13, a);\n"
         "        if (i % 1000 == 0)\n"
         "            printf(\"%016lx\\n\", (unsigned long)a);\n    }\n"
         "    return 0;\n}");
}

static void chain(void)
{
    enum { N = 3000 };
    puts("#include <stdint.h>\n#include <stdio.h>\n"
         "#define F(n, p, c, k) static uint64_t __attribute__((noinline)) "
         "f##n(uint64_t x) { if (x & c) x += k; else x ^= k; "
         "return f##p(x * 5 + n) + (x & 7); }\n"
         "static uint64_t __attribute__((noinline)) f0(uint64_t x) { return x; }");
    for (int i = 1; i < N; i++)
        printf("F(%d, %d, %u, %u)\n", i, i - 1, 1u << next(20), next(1u << 31));
    printf("int main(void)\n{\n    uint64_t x = 1;\n"
           "    for (int i = 0; i < 30; i++)\n"
           "        printf(\"%%016lx\\n\", (unsigned long)(x = f%d(x)));\n"
           "    return 0;\n}\n", N - 1);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    if (!strcmp(kind, "straight"))
        block(10000, 12, 6);
    else if (!strcmp(kind, "live"))
        block(3000, 60, 40);
    else if (!strcmp(kind, "switch"))
        switches();
    else if (!strcmp(kind, "calls"))
        chain();
    else
        return 2;
    return 0;
}
