/* Branches, jumps, control registers, and what must be illegal. */
#include "insn.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define CLOBBERS "a2", "a3", "a4", "s1", "s11", "t0", "t4", "t5", "t6", "ra", \
                 "fa2", "fa3", "memory"

#define FORM(name, d, s, t, code)                                             \
    static uint64_t name(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags) \
    {                                                                         \
        uint64_t r;                                                           \
        (void)c, (void)flags;                                                 \
        __asm__ volatile("mv " s ", %1\n mv " t ", %2\n" code "\n"            \
                         "mv %0, " d                                          \
                         : "=r"(r) : "r"(a), "r"(b) : CLOBBERS);              \
        return r;                                                             \
    }

#define BRANCHES(M) M(beq) M(bne) M(blt) M(bge) M(bltu) M(bgeu)
#define BRANCH(op)                                                            \
    FORM(op##_plain, "a4", "a2", "a3",                                        \
         "li a4, 1\n" #op " a2, a3, 1f\n li a4, 2\n 1:")                      \
    FORM(op##_high, "t6", "s11", "t5",                                        \
         "li t6, 1\n" #op " s11, t5, 1f\n addi t6, t6, 7\n 1: addi t6, t6, 1") \
    FORM(op##_same, "a4", "a2", "a3",                                         \
         "li a4, 1\n" #op " a2, a2, 1f\n li a4, 2\n 1:")                      \
    FORM(op##_s0, "a4", "a2", "a3",                                           \
         "li a4, 1\n" #op " zero, a3, 1f\n li a4, 2\n 1:")                    \
    FORM(op##_t0, "a4", "a2", "a3",                                           \
         "li a4, 1\n" #op " a2, zero, 1f\n li a4, 2\n 1:")                    \
    FORM(op##_back, "a4", "a2", "a3",                                         \
         "li a4, 0\n j 2f\n 1: addi a4, a4, 100\n j 3f\n"                     \
         "2: addi a4, a4, 3\n" #op " a2, a3, 1b\n addi a4, a4, 5\n 3:")       \
    FORM(op##_compare, "a4", "a2", "a3",                                      \
         "sub t5, a2, a3\n sltu t6, a2, a3\n li a4, 1\n"                      \
         #op " t5, t6, 1f\n add a4, t5, t6\n 1: add a4, a4, t5")
BRANCHES(BRANCH)

FORM(c_beqz, "a4", "a2", "a3", "li a4, 1\n c.beqz a2, 1f\n li a4, 2\n 1:")
FORM(c_bnez, "a4", "a2", "a3", "li a4, 1\n c.bnez a2, 1f\n li a4, 2\n 1:")
FORM(c_j, "a4", "a2", "a3", "li a4, 1\n c.j 1f\n li a4, 2\n 1:")
FORM(loop, "a4", "a2", "a3",
     "andi a2, a2, 255\n li a4, 1\n 1: beqz a2, 2f\n addi a2, a2, -1\n"
     "add a4, a4, a3\n mul a4, a4, a4\n j 1b\n 2:")
FORM(jal, "a4", "a2", "a3",
     "1: jal t0, 2f\n li a4, 5\n 2: la a4, 1b\n sub a4, t0, a4")
FORM(jal_ra, "a4", "a2", "a3",
     "li a4, 3\n jal ra, 2f\n addi a4, a4, 10\n j 3f\n"
     "2: addi a4, a4, 20\n ret\n 3:")
FORM(jalr, "a4", "a2", "a3",
     "la t5, 2f\n li a4, 3\n jalr t0, 1(t5)\n 1: addi a4, a4, 10\n"
     "2: la t6, 1b\n sub t0, t0, t6\n add a4, a4, t0")
FORM(jalr_same, "a4", "a2", "a3",
     "la t0, 2f\n addi t0, t0, -64\n li a4, 3\n jalr t0, 64(t0)\n 1: addi a4, a4, 10\n"
     "2: la t6, 1b\n sub t0, t0, t6\n add a4, a4, t0")
FORM(jalr_ra, "a4", "a2", "a3",
     "la t5, 2f\n li a4, 3\n jalr t5\n addi a4, a4, 10\n j 3f\n"
     "2: addi a4, a4, 20\n mv t4, ra\n jr t4\n 3:")
FORM(c_jr, "a4", "a2", "a3",
     "la t5, 2f\n li a4, 3\n c.jr t5\n addi a4, a4, 10\n 2:")
FORM(c_jalr, "a4", "a2", "a3",
     "la t5, 2f\n li a4, 3\n c.jalr t5\n 1: addi a4, a4, 10\n"
     "2: la t6, 1b\n sub t6, ra, t6\n add a4, a4, t6")
/* Returns that do not match their calls. */
FORM(unpaired, "a4", "a2", "a3",
     "li a4, 0\n la t4, 3f\n andi a2, a2, 7\n"
     "1: jal ra, 2f\n addi a4, a4, 1000\n j 4f\n"
     "2: addi a4, a4, 1\n addi a2, a2, -1\n bgez a2, 1b\n mv ra, t4\n ret\n"
     "3: addi a4, a4, 7\n 4:")

/* Control registers: the old value, then the whole of fcsr. */
#define CSR(id, code)                                                         \
    FORM(id, "a4", "a2", "a3",                                                \
         "li a4, 0xa5\n fscsr a4\n li a4, 0\n" code "\n frcsr t5\n"           \
         "slli t5, t5, 16\n add a4, a4, t5\n fscsr zero")
#define CSRS(M) M(fcsr) M(frm) M(fflags)
#define ALL_CSR(reg)                                                          \
    CSR(reg##_rw, "csrrw a4, " #reg ", a2")                                   \
    CSR(reg##_rs, "csrrs a4, " #reg ", a2")                                   \
    CSR(reg##_rc, "csrrc a4, " #reg ", a2")                                   \
    CSR(reg##_w, "csrrw zero, " #reg ", a2")                                  \
    CSR(reg##_r, "csrrs a4, " #reg ", zero")                                  \
    CSR(reg##_same, "mv a4, a2\n csrrw a4, " #reg ", a4")                     \
    CSR(reg##_rwi, "csrrwi a4, " #reg ", 21")                                 \
    CSR(reg##_rsi, "csrrsi a4, " #reg ", 10")                                 \
    CSR(reg##_rci, "csrrci a4, " #reg ", 7")                                  \
    CSR(reg##_r0i, "csrrci a4, " #reg ", 0")
CSRS(ALL_CSR)
FORM(counters, "a4", "a2", "a3",
     "rdtime t4\n rdtime t5\n sltu a4, t5, t4\n rdcycle t4\n rdcycle t5\n"
     "sltu t4, t5, t4\n add a4, a4, t4\n rdinstret t4\n rdinstret t5\n"
     "sltu t4, t5, t4\n add a4, a4, t4")

/* ---- illegal instructions ---------------------------------------------- */

static sigjmp_buf back;

static void on_signal(int sig, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    siglongjmp(back, sig);
}

/* Runs the word from a page of its own: 0, or the signal that ended it. */
static uint64_t execute(uint32_t word)
{
    static uint32_t *page;
    struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
    sigaction(SIGILL, &sa, NULL);
    if (!page)
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = word;
    page[1] = page[2] = 0x00008067; /* ret */
    __asm__ volatile("fence.i" : : : "memory");
    uint64_t r = sigsetjmp(back, 1);
    if (r == 0)
        ((void (*)(void))page)();
    signal(SIGILL, SIG_DFL);
    return r;
}

/* Reserved in RV64GC and given to no other standard extension that a
 * comparison's machine may have by default. */
static const uint32_t words[] = {
    0x00000000, 0xffffffff, 0x0000007f, /* the all-zero, all-one, long forms */
    0x00002063, 0x00003063,             /* branch: funct3 2, 3 */
    0x00007003, 0x00004023, 0x00007023, /* load and store widths */
    0x00001067, 0x00002067,             /* jalr: funct3 */
    0x80001013, 0x0200101b,             /* shift amounts too large */
    0x0000201b, 0x0000401b, 0x0000701b, /* OP-IMM-32: funct3 */
    0x0000203b, 0x0000303b, 0x0200203b, /* OP-32: funct3 */
    0x0000602f, 0x0000702f, 0x1010202f, /* AMO width; lr with rs2 */
    0x1020302f, 0xc800202f,
    0x00005053, 0x00006053, 0x02005053, /* reserved rounding modes */
    0x02006053, 0x00005043, 0x02006047,
    0x58100053, 0x5a100053, 0x0a003053 | 0xf0000000,
    0x20003053, 0xa0003053,             /* fsgnj, compare: funct3 */
    0x06000053, 0x06000043,             /* quad precision */
    0x00001007, 0x00005027 & 0x7f,      /* no such FP width */
    0xc0001073, 0xc0101073, 0xc020a073, /* counters are read-only */
    0x30002073, 0x10002073, 0x7c002073, /* no such register for a user */
    0x00004073, 0x00200073, 0x10200073, 0x30200073,
    0x00002001, 0x00006101,             /* c.addiw x0; c.addi16sp 0 */
    0x00009c41, 0x00009c61,             /* reserved beside c.addw */
    0x00004002, 0x00006002, 0x00008002, /* c.lwsp, c.ldsp, c.jr with x0 */
};

/* Prints the words that run although RV64GC has no such instruction. */
int check_illegal(void)
{
    int bad = 0;
    for (size_t i = 0; i < COUNT(words); i++)
        if (execute(words[i]) != SIGILL)
            bad += printf("%08x is not illegal\n", words[i]) > 0;
    return bad;
}

/* frm 5 to 7 make an instruction with a dynamic mode illegal, no other. */
static uint64_t bad_frm(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags)
{
    uint64_t h = 0;
    (void)a, (void)b, (void)c, (void)flags;
    for (uint64_t frm = 5; frm < 8; frm++) {
        __asm__ volatile("fsrm %0" : : "r"(frm));
        h = h * 31 + execute(0x02007053); /* fadd.d ft0, ft0, ft0, dyn */
        h = h * 31 + execute(0xc2207053); /* fcvt.l.d zero, ft0, dyn */
        h = h * 31 + execute(0x02000053); /* fadd.d ft0, ft0, ft0, rne */
        h = h * 31 + execute(0xa2002053); /* feq.d zero, ft0, ft0 */
    }
    __asm__ volatile("fsrm zero");
    return h;
}

static const Row rows[] = {
#define ROW(op, name, a, b)                                                   \
    { op, #name, name, { SET_##a, SET_##b, SET_NONE }, FRM_ANY },
#define ROW_BRANCH(op)                                                        \
    ROW(#op, op##_plain, INT, INT) ROW(#op, op##_high, INT, INT)              \
    ROW(#op, op##_same, INT, NONE) ROW(#op, op##_s0, INT, INT)                \
    ROW(#op, op##_t0, INT, NONE) ROW(#op, op##_back, INT, INT)                \
    ROW(#op, op##_compare, INT, INT)
    BRANCHES(ROW_BRANCH)
    ROW("c.beqz", c_beqz, INT, NONE) ROW("c.bnez", c_bnez, INT, NONE)
    ROW("c.j", c_j, NONE, NONE) ROW("loop", loop, INT, INT)
    ROW("jal", jal, NONE, NONE) ROW("jal", jal_ra, NONE, NONE)
    ROW("jalr", jalr, NONE, NONE) ROW("jalr", jalr_same, NONE, NONE)
    ROW("jalr", jalr_ra, NONE, NONE) ROW("c.jr", c_jr, NONE, NONE)
    ROW("c.jalr", c_jalr, NONE, NONE) ROW("ret", unpaired, INT, NONE)
#define ROW_CSR(reg)                                                          \
    ROW("csrrw", reg##_rw, INT, NONE) ROW("csrrs", reg##_rs, INT, NONE)       \
    ROW("csrrc", reg##_rc, INT, NONE) ROW("csrrw", reg##_w, INT, NONE)        \
    ROW("csrrs", reg##_r, INT, NONE) ROW("csrrw", reg##_same, INT, NONE)      \
    ROW("csrrwi", reg##_rwi, NONE, NONE) ROW("csrrsi", reg##_rsi, NONE, NONE) \
    ROW("csrrci", reg##_rci, NONE, NONE) ROW("csrrci", reg##_r0i, NONE, NONE)
    CSRS(ROW_CSR)
    ROW("counters", counters, NONE, NONE)
    ROW("bad_frm", bad_frm, NONE, NONE)
};

const RowTable control_rows = { rows, COUNT(rows) };
