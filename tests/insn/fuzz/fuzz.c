/*
 * fuzz SEED FUNCTIONS LENGTH: writes a riscv64 assembler program of random
 * functions. Each starts with known registers and memory, and ends by hashing
 * all of them, with fcsr; the program prints one line for each function. With
 * an argument, it prints the dump of that function, raw, and ends.
 *
 * sp and s0 point into the memory, s1 counts loops, s2 is near the edge of
 * what is mapped; everything else is free. A fault's handler hashes all
 * registers as it finds them, and goes on behind the instruction.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEMORY = 4096, DUMP = 65 * 8, LEAVES = 6 };

static uint64_t state;
static int labels;

static unsigned next(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

static uint64_t random_value(void)
{
    static const uint64_t edge[] = {
        0, 1, -1ull, 0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX,
        1ull << 63, 0x3ff0000000000000, 0x7ff0000000000000,
        0x7ff8000000000000, 0xffffffff7f800000, 0xffffffff3f800000,
        0xffffffff7fc00000, 0x000fffffffffffff, 0xffffffff00000001,
        0xffffffff7fa00000, 0x7ff0000000000001, 0x41dfffffffc00000,
        0xffffffffcf000000, 31, 63, 0x43e0000000000000, 0xbff8000000000000,
    };
    uint64_t r = (uint64_t)next(1u << 31) << 33 ^ (uint64_t)next(1u << 31) << 11 ^
                 next(1u << 31);
    switch (next(6)) {
    case 0: return edge[next(sizeof(edge) / sizeof(*edge))];
    case 1: return (r & 0xffffffff) | 0xffffffff00000000;
    case 2: return (int64_t)r >> next(64);
    case 3: return 0xffffffff00000000 | ((r & 0x80ffffff) + ((120u + next(16)) << 23));
    case 4: return (r & 0x800fffffffffffff) + ((uint64_t)(1015 + next(16)) << 52);
    default: return r;
    }
}

static unsigned rd(void)
{
    static const unsigned char free_[] = {
        0, 1, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    };
    return next(3) ? 10 + next(8) : free_[next(sizeof(free_))];
}

static unsigned rs(void)
{
    return next(3) ? 10 + next(8) : next(32);
}

static unsigned fr(void)
{
    return next(2) ? 10 + next(6) : next(32);
}

#define PICK(array) (array)[next(sizeof(array) / sizeof(*(array)))]

static void line(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    putchar('\t');
    vprintf(format, ap);
    putchar('\n');
    va_end(ap);
}

static const char *rm(void)
{
    static const char *const modes[] = { "dyn", "dyn", "dyn", "rne", "rtz",
                                         "rdn", "rup", "rmm" };
    return PICK(modes);
}

static void integer(void)
{
    static const char *const r[] = {
        "add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and",
        "addw", "subw", "sllw", "srlw", "sraw", "mul", "mulh", "mulhsu",
        "mulhu", "div", "divu", "rem", "remu", "mulw", "divw", "divuw",
        "remw", "remuw",
    };
    static const char *const i[] = { "addi", "slti", "sltiu", "xori", "ori",
                                     "andi", "addiw" };
    static const char *const s64[] = { "slli", "srli", "srai" };
    static const char *const s32[] = { "slliw", "srliw", "sraiw" };
    switch (next(8)) {
    case 0: line("%s x%u, x%u, %d", PICK(i), rd(), rs(), (int)next(4096) - 2048); break;
    case 1: line("%s x%u, x%u, %d", PICK(i), rd(), rs(), (int)next(8) - 4); break;
    case 2: line("%s x%u, x%u, %u", PICK(s64), rd(), rs(), next(64)); break;
    case 3: line("%s x%u, x%u, %u", PICK(s32), rd(), rs(), next(32)); break;
    case 4: line("%s x%u, %u", next(2) ? "lui" : "auipc", 10 + next(8), next(1 << 20)); break;
    default: line("%s x%u, x%u, x%u", PICK(r), rd(), rs(), rs());
    }
}

static void fp(void)
{
    static const char *const two[] = { "fadd", "fsub", "fmul", "fdiv" };
    static const char *const three[] = { "fmadd", "fmsub", "fnmadd", "fnmsub" };
    static const char *const plain[] = { "fmin", "fmax", "fsgnj", "fsgnjn",
                                         "fsgnjx" };
    static const char *const compare[] = { "feq", "flt", "fle" };
    static const char *const whole[] = { "w", "wu", "l", "lu" };
    char t = next(2) ? 'd' : 's';
    unsigned kind;
    switch (next(13)) {
    case 0: case 1: case 2:
        line("%s.%c f%u, f%u, f%u, %s", PICK(two), t, fr(), fr(), fr(), rm());
        break;
    case 3: case 4:
        line("%s.%c f%u, f%u, f%u, f%u, %s", PICK(three), t, fr(), fr(), fr(),
             fr(), rm());
        break;
    case 5: case 6:
        line("%s.%c f%u, f%u, f%u", PICK(plain), t, fr(), fr(), fr());
        break;
    case 7:
        line("%s.%c x%u, f%u, f%u", PICK(compare), t, rd(), fr(), fr());
        break;
    case 8:
        line("fcvt.%s.%c x%u, f%u, %s", PICK(whole), t, rd(), fr(), rm());
        break;
    case 9:
        kind = next(4);
        line("fcvt.%c.%s f%u, x%u%s%s", t, whole[kind], fr(), rs(),
             t == 's' || kind > 1 ? ", " : "",
             t == 's' || kind > 1 ? rm() : "");
        break;
    case 10:
        if (next(2))
            line("fcvt.s.d f%u, f%u, %s", fr(), fr(), rm());
        else
            line("fcvt.d.s f%u, f%u", fr(), fr());
        break;
    case 11: line("fsqrt.%c f%u, f%u, %s", t, fr(), fr(), rm()); break;
    default: line("fclass.%c x%u, f%u", t, rd(), fr());
    }
}

static void moves(void)
{
    switch (next(6)) {
    case 0: line("fmv.x.d x%u, f%u", rd(), fr()); break;
    case 1: line("fmv.x.w x%u, f%u", rd(), fr()); break;
    case 2: line("fmv.d.x f%u, x%u", fr(), rs()); break;
    case 3: line("fmv.w.x f%u, x%u", fr(), rs()); break;
    default: line("li x%u, 0x%llx", rd(), (unsigned long long)random_value());
    }
}

static const char *base(void)
{
    return next(2) ? "sp" : "s0";
}

/* Loads, stores and steps where about half of the accesses fault. */
static void edge(void)
{
    static const char *const loads[] = { "lbu", "lh", "lw", "ld" };
    static const char *const stores[] = { "sb", "sh", "sw", "sd" };
    int offset = (int)next(64) - 32;
    switch (next(6)) {
    case 0: case 1: line("%s x%u, %d(s2)", PICK(loads), rd(), offset); break;
    case 2: line("%s x%u, %d(s2)", PICK(stores), rs(), offset); break;
    case 3: line("f%s f%u, %d(s2)", next(2) ? "ld" : "sd", fr(), offset); break;
    default: line("addi s2, s2, %d", (int)next(24) - 12);
    }
}

static void memory(void)
{
    static const char *const loads[] = { "lb", "lbu", "lh", "lhu", "lw", "lwu",
                                         "ld", "ld" };
    static const char *const stores[] = { "sb", "sh", "sw", "sd" };
    static const char *const amos[] = { "swap", "add", "xor", "and", "or",
                                        "min", "max", "minu", "maxu" };
    static const char *const order[] = { "", ".aq", ".rl", ".aqrl" };
    int offset = next(2) ? (int)next(2000) - 1000 : 8 * (int)next(30);
    char w = next(2) ? 'w' : 'd';
    switch (next(11)) {
    case 9: case 10: edge(); break;
    case 0: case 1: case 2:
        line("%s x%u, %d(%s)", PICK(loads), rd(), offset, base());
        break;
    case 3: case 4:
        line("%s x%u, %d(%s)", PICK(stores), rs(), offset, base());
        break;
    case 5: line("fl%c f%u, %d(%s)", w, fr(), offset, base()); break;
    case 6: line("fs%c f%u, %d(%s)", w, fr(), offset, base()); break;
    case 7:
        line("amo%s.%c%s x%u, x%u, (%s)", PICK(amos), w, PICK(order), rd(),
             rs(), base());
        break;
    default:
        line("lr.%c x%u, (s0)", w, rd());
        line("sc.%c x%u, x%u, (s0)", w, rd(), rs());
    }
}

static void control_register(void)
{
    switch (next(5)) {
    case 0: line("fsrmi x%u, %u", rd(), next(5)); break;
    case 1: line("frflags x%u", rd()); break;
    case 2: line("fsflagsi x%u, %u", rd(), next(32)); break;
    case 3: line("frcsr x%u", rd()); break;
    default: line("frrm x%u", rd());
    }
}

static void simple(void)
{
    unsigned k = next(20);
    if (k < 9)
        integer();
    else if (k < 14)
        fp();
    else if (k < 17)
        memory();
    else if (k < 19)
        moves();
    else
        control_register();
}

static void several(unsigned n)
{
    while (n--)
        simple();
}

static void branch(void)
{
    static const char *const ops[] = { "beq", "bne", "blt", "bge", "bltu",
                                       "bgeu" };
    int l = labels++;
    line("%s x%u, x%u, .L%d", PICK(ops), rs(), rs(), l);
    several(next(6));
    if (next(3) == 0) {
        line("j .L%d", labels);
        printf(".L%d:\n", l);
        several(next(4));
        l = labels++;
    }
    printf(".L%d:\n", l);
}

static void loop(void)
{
    int l = labels++;
    line("li s1, %u", 1 + next(30));
    printf(".L%d:\n", l);
    several(1 + next(next(2) ? 10 : 40));
    if (next(2))
        branch();
    line("addi s1, s1, -1");
    line("bnez s1, .L%d", l);
}

static void call(int function)
{
    int leaf = next(LEAVES), l = labels++;
    switch (next(4)) {
    case 0: line("jal ra, leaf_%d_%d", function, leaf & ~1); break;
    case 1: line("jal t0, leaf_%d_%d", function, leaf | 1); break;
    case 2:
        line("la t1, leaf_%d_%d", function, leaf & ~1);
        line("jalr ra, 0(t1)");
        break;
    default:
        line("la t2, .L%d", l);
        line("jr t2");
        several(2);
    }
    printf(".L%d:\n", l);
}

/* Even leaves return through ra, odd ones through t0. */
static void leaf(int function, int n)
{
    const char *link = n & 1 ? "t0" : "ra";

    printf("leaf_%d_%d:\n", function, n);
    line("sd %s, %d(s0)", link, 1040 + n * 8);
    several(1 + next(6));
    line("ld %s, %d(s0)", link, 1040 + n * 8);
    line("jr %s", link);
}

static void function(int n, int length)
{
    printf("function_%d:\n", n);
    line("la t6, values_%d", n);
    for (int i = 0; i < 32; i++)
        line("fld f%d, %d(t6)", i, 256 + i * 8);
    for (int i = 1; i < 32; i++)
        if (i != 2 && i != 8 && i != 9 && i != 18)
            line("ld x%d, %d(t6)", i, i * 8);
    line("la sp, memory + %d", MEMORY / 2);
    line("la s0, memory + %d", MEMORY / 2 + 64);
    line("li s1, 0");
    line("la s2, edge + 4096");
    line("fsrmi %u", next(5));
    while (length > 0) {
        unsigned k = next(16);
        if (k == 0)
            branch();
        else if (k == 1)
            loop();
        else if (k == 2)
            call(n);
        else
            several(4);
        length -= 4;
    }
    line("la s1, dump");
    for (int i = 1; i < 32; i++)
        if (i != 9)
            line("sd x%d, %d(s1)", i, i * 8);
    for (int i = 0; i < 32; i++)
        line("fsd f%d, %d(s1)", i, 256 + i * 8);
    line("frcsr t0");
    line("sd t0, 512(s1)");
    line("li a0, %d", n);
    line("la ra, function_%d", n + 1);
    line("j report");
    for (int i = 0; i < LEAVES; i++)
        leaf(n, i);
}

static void values(int n)
{
    printf("values_%d:\n", n);
    for (int i = 0; i < 64; i++)
        line(".dword 0x%llx", (unsigned long long)random_value());
}

/* Prints the hash of dump and memory, or the dump of the function asked for. */
static const char runtime[] =
    "\t.option nopic\n\t.option norelax\n\t.text\n\t.globl _start\n_start:\n"
    "\tld t0, 0(sp)\n\tli t1, -1\n\tli t2, 2\n\tbne t0, t2, 2f\n"
    "\tld t3, 16(sp)\n\tli t1, 0\n"
    "1:\tlbu t4, 0(t3)\n\tbeqz t4, 2f\n\taddi t4, t4, -48\n\tli t5, 10\n"
    "\tmul t1, t1, t5\n\tadd t1, t1, t4\n\taddi t3, t3, 1\n\tj 1b\n"
    "2:\tla t0, wanted\n\tsd t1, 0(t0)\n"
    "\tla a0, edge + 4096\n\tli a1, 4096\n\tli a2, 0\n\tli a7, 226\n\tecall\n"
    "\tla a0, stack\n\tli a1, 0\n\tli a7, 132\n\tecall\n"
    "\tli a0, 11\n\tla a1, action\n\tli a2, 0\n\tli a3, 8\n\tli a7, 134\n"
    "\tecall\n\tj function_0\n"
    /* gregs at 176, fpregs and fcsr from 432 on; pc goes on */
    "handler:\n"
    "\taddi t1, a2, 176\n\taddi t2, a2, 688\n\tla a0, faults\n"
    "\tld t3, 0(a0)\n\tli t4, 0x9e3779b97f4a7c15\n\tlwu t5, 0(t2)\n"
    "1:\txor t3, t3, t5\n\tmul t3, t3, t4\n\tsrli t5, t3, 29\n"
    "\txor t3, t3, t5\n\tld t5, 0(t1)\n\taddi t1, t1, 8\n"
    "\tbltu t1, t2, 1b\n\tsd t3, 0(a0)\n"
    "\tld t0, 176(a2)\n\tlbu t1, 0(t0)\n\tandi t1, t1, 3\n\taddi t1, t1, -3\n"
    "\tseqz t1, t1\n\tslli t1, t1, 1\n\taddi t1, t1, 2\n\tadd t0, t0, t1\n"
    "\tsd t0, 176(a2)\n\tret\n"
    "report:\n"
    "\tla t0, wanted\n\tld t0, 0(t0)\n\tbne t0, a0, 1f\n"
    "\tli a0, 1\n\tla a1, dump\n\tli a2, 520\n\tli a7, 64\n\tecall\n"
    "\tj finish\n"
    "1:\tbgez t0, 4f\n"
    "\tla t1, dump\n\tla t2, dump_end\n\tli t3, 1\n\tli t4, 0x9e3779b97f4a7c15\n"
    "2:\tld t5, 0(t1)\n\txor t3, t3, t5\n\tmul t3, t3, t4\n\tsrli t5, t3, 29\n"
    "\txor t3, t3, t5\n\taddi t1, t1, 8\n\tbltu t1, t2, 2b\n"
    "\tla a1, text\n\tli t5, 60\n\tmv t6, a1\n"
    "3:\tsrl t1, t3, t5\n\tandi t1, t1, 15\n\taddi t1, t1, 'a'\n\tsb t1, 0(t6)\n"
    "\taddi t6, t6, 1\n\taddi t5, t5, -4\n\tbgez t5, 3b\n"
    "\tli t1, 10\n\tsb t1, 0(t6)\n"
    "\tli a0, 1\n\tli a2, 17\n\tli a7, 64\n\tecall\n"
    "4:\tjr ra\n"
    "finish:\n\tli a0, 0\n\tli a7, 93\n\tecall\n"
    "\t.data\n\t.balign 64\n"
    "dump:\t.skip 520\n\t.balign 64\nmemory:\t.skip 4096, 0x3f\n"
    "faults:\t.dword 1\ndump_end:\n"
    "stack:\t.dword signals\n\t.dword 0\n\t.dword 65536\n"
    "action:\t.dword handler\n\t.dword 0x48000004\n\t.dword 0\n"
    "wanted:\t.dword 0\ntext:\t.skip 32\n"
    "\t.bss\n\t.balign 4096\nedge:\t.skip 8192\nsignals:\t.skip 65536\n"
    "\t.data\n\t.balign 8\n";

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: fuzz SEED FUNCTIONS LENGTH\n");
        return 2;
    }
    int count = atoi(argv[2]);
    state = (strtoull(argv[1], NULL, 0) + 1) * 0x9e3779b97f4a7c15u;
    fputs(runtime, stdout);
    for (int i = 0; i < count; i++)
        values(i);
    puts("\t.text");
    for (int i = 0; i < count; i++)
        function(i, atoi(argv[3]));
    printf("function_%d:\n\tj finish\n", count);
    return 0;
}
