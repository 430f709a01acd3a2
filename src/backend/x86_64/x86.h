/*
 * Inside the x86-64 backend.
 *
 * While generated code runs: rbp = env + ENV_BIAS, rsp = the return stack,
 * MXCSR the guest's FP environment. rax rcx rdx and xmm0-3 are scratch, all
 * others may be pinned. An F32 in a vector register has ones in bits 63:32.
 */
#ifndef BACKEND_X86_64_X86_H
#define BACKEND_X86_64_X86_H

#include "backend/backend_int.h"
#include "backend/x86_64/asm.h"
#include "backend/x86_64/state.h"
#include "util/check.h"

enum { REG_VEC = 16 }; /* the first vector register's number in the allocator */

static inline RegClass x86_class(unsigned type)
{
    return type <= TYPE_I64 ? CLASS_INT : CLASS_VEC;
}

/* What the host has; a row's `when` is a set of these. */
enum {
    X86_NONE = 0,
    X86_SSE41 = 1 << 0,
    X86_POPCNT = 1 << 1,
    X86_LZCNT = 1 << 2,
    X86_BMI = 1 << 3, /* BMI1 and BMI2 */
    X86_MOVBE = 1 << 4,
    X86_AVX = 1 << 5, /* taken only together with AVX2 */
    X86_AVX2 = 1 << 6,
    X86_FMA = 1 << 7,
    X86_AVX512 = 1 << 8, /* F, VL, BW, DQ */
};

/*
 * What an FP policy wants that the host's instructions do (x86_policy_bits),
 * and sets of that and of features, as names for rows.
 */
enum {
    X86_FLUSH = 1 << 16,   /* flushing, and what subnormals raise */
    X86_NAN = 1 << 17,     /* NaNs */
    X86_TINY = 1 << 18,    /* tininess */
    X86_ANY_NAN = 1 << 19, /* any NaN will do, subnormals raise nothing */
    X86_FMA_NAN = 1 << 20, /* NaNs of fused operations */
    X86_NO_DE = 1 << 21,   /* subnormals raise nothing here */
    X86_INT = 1 << 22,     /* what does not fit an integer */
    X86_SUM = X86_FLUSH | X86_NAN,
    X86_ALL = X86_SUM | X86_TINY,
    X86_AVX_SUM = X86_AVX | X86_SUM,
    X86_AVX_ALL = X86_AVX | X86_ALL,
    X86_AVX_FLUSH = X86_AVX | X86_FLUSH,
    X86_SSE41_FLUSH = X86_SSE41 | X86_FLUSH,
    X86_SSE41_INT = X86_SSE41_FLUSH | X86_INT,
    X86_FMA_ANY = X86_FMA | X86_ANY_NAN | X86_ALL,
    X86_FMA_HOST = X86_FMA | X86_FMA_NAN | X86_ALL,
    X86_FMA_FLUSH = X86_FMA | X86_FLUSH,
    X86_TINY_FLUSH = X86_TINY | X86_FLUSH,
};

uint32_t x86_policy_bits(const FpPolicy *);

extern const HostFeature x86_feature_names[], x86_processor_names[];

/* native.c, or foreign.c: there all functions are NULL. */
extern const BackendNative x86_native;
extern const FpEnvOps x86_fp_ops;
uint32_t x86_features(void); /* of this host */
uint32_t x86_mxcsr(void);    /* as it is now */

/* names.c: see Backend. */
const char *x86_cpu_field(int32_t offset);
const char *x86_reg_name(int reg, Type);
const char *x86_runtime_name(const BackendContext *, const void *addr,
                             char *buf, size_t size);

/* Constants that code reads by rip, at the head of the buffer. */
typedef struct __attribute__((aligned(64))) X86Data {
    uint64_t sign64[2], abs64[2];
    uint64_t sign32[2], abs32[2]; /* in a boxed F32: the high half is kept */
    uint64_t box[2];              /* ones above a single */
    uint64_t ones[2];
    uint64_t reverse[2]; /* pshufb: all 16 bytes */
    uint64_t canon64[2], canon32[2];
    uint64_t two63_f64, max_u32_f64;
    uint8_t fflags_of[64]; /* FP_FLAG_* of MXCSR's flags */
    uint8_t mxcsr_of[64];  /* and back */
    uint8_t rc_of[8];      /* of rounding modes */
    uint16_t mode_of[32];  /* MXCSR's bits, of rounding and flushing */
} X86Data;

/*
 * The runtime's table of C functions: these, then the helpers of IR.helpers.
 * Code calls by it alone, so it has no address of the emulator's in it.
 */
typedef enum X86Fn {
    X86_FN_SOFT,        /* x86_soft_op() */
    X86_FN_PLUGIN,      /* x86_call_plugin() */
    X86_FN_PLUGIN_CALL, /* plugin_call() */
    X86_NB_FNS,
} X86Fn;

/* Where the runtime's pieces are (addresses to execute). */
typedef struct X86Runtime {
    const X86Data *data;
    const uint64_t *fn;         /* the table of C functions */
    const void *enter;          /* int (CPUState *, const void *code) */
    const void *leave;          /* jmp here with the reason in eax */
    const void *slot_exit;      /* call here; an ExitRecord follows */
    const void *lookup_exit;    /* the pc is in the guest state */
    const void *ret_bottom;     /* return to rax; the return stack is empty */
    const void *save[2];        /* before a helper: [all pinned registers] */
    const void *call[2];        /* calls rax, then restores: [all] */
    const void *slow_call;      /* calls rax(CPUState *), keeps all registers */
    const void *plugin_call[2]; /* makes the PluginCall in rax, keeps general
                                   registers [with an FP environment] */
} X86Runtime;

/*
 * Code out of line. `emit` writes it; it finds the jumps that lead there in
 * site[] and goes on at `back` (NULL: never).
 */
typedef struct SlowPath SlowPath;
typedef void SlowFn(Host *, const SlowPath *);

struct SlowPath {
    SlowFn *emit;
    uint8_t *site[3]; /* rel32 of jumps here, or NULL */
    uint8_t *back;
    uint64_t pc; /* guest instruction */
    EmitOp e;
};

/* A constant that code reads by rip, placed behind the block. */
typedef struct X86Literal {
    uint8_t *site; /* the instruction's disp32, its last 4 bytes */
    uint64_t value[2];
} X86Literal;

enum { MAX_SLOW = 4096, MAX_LITERALS = 2048 };

typedef struct X86Label {
    uint8_t *at;    /* or NULL */
    uint8_t *chain; /* last rel32 that waits for it; each holds the
                       distance back to the one before, 0: none */
} X86Label;

struct Host {
    Asm a;
    HostDesc desc;
    uint8_t *start;
    BlockBuild *build;
    const IR *ir;
    uint32_t features;
    bool avx; /* VEX encodings, three operands */
    bool gs;  /* guest memory is based on gs, by: */
    uint64_t guest_base;
    bool ret_stack;
    bool pins_vectors;
    bool count_heat;
    bool count_all;
    int32_t pc_disp; /* of the guest's pc, from env */
    const Convention *conv;
    const Helper *const *helpers; /* IR.helpers */
    const FpPolicy *fp;           /* IR.fp_policies */
    unsigned nb_fp;
    X86Runtime rt;
    unsigned nb_slow, nb_literals;
    SlowPath slow[MAX_SLOW];
    X86Literal literal[MAX_LITERALS];
    X86Label label[IR_MAX_LABELS];
    X86Label leave; /* a region's own way to rt.leave */
};

/* The host as far as the features are used. */
void x86_describe(HostDesc *, uint32_t features);

bool x86_emit_runtime(Host *, CodeBuf *);
/* The block's end: slow paths, exit stubs, literals. */
uint32_t x86_finish(Host *);
void x86_set_label(Host *, LabelId);
/* The reason is in eax; pinned registers are as the op in hand has them. */
void x86_jmp_leave(Host *);
/* Where x86_jmp_leave() goes in a region: the way to the runtime's. */
void x86_region_leave(Host *);
/* Before a jcc with a rel32, in regions: see emit_control.c. */
void x86_region_jcc_padding(Host *);
/* How many bytes before a rel32 at `site` let it be patched by one store. */
unsigned x86_link_padding(const Host *, const uint8_t *site);

/* ---- Operands ---------------------------------------------------------- */

static inline Mem x86_env(int32_t disp)
{
    return mem_b(RBP, disp - ENV_BIAS);
}

/* A field of CPUState, of X86State. */
#define X86_CPU(field)                                                         \
    x86_env((int32_t)offsetof(CPUState, field) -                               \
            (int32_t)offsetof(CPUState, guest))
#define X86_OWN(field) x86_env(X86_STATE_OFFSET(field))

/* A V256 that no register holds; its place and moves (emit_vec_wide.c). */
static inline bool x86_is_wide(const Host *x, unsigned type)
{
    return type == TYPE_V256 && !x->avx;
}

static inline Mem x86_wide(int reg, int32_t half)
{
    Mem m = X86_OWN(vec_wide);
    m.disp += reg * 32 + half;
    return m;
}

void x86_wide_load(Host *, int dst, Mem);
void x86_wide_store(Host *, Mem, int src);

/* Word i (0-3) of the spill slot of temp 0 (env), which nothing else uses:
   arguments and result of slow calls. */
static inline Mem x86_slow_word(unsigned i)
{
    return x86_env(X86_STATE_OFFSET(spill) + (int32_t)i * 8);
}

/* One more of a field of CPUState.counts, which CPUState names; changes the
   host's flags. */
#define x86_count(x, field)                                                    \
    do {                                                                       \
        if ((x)->count_all) {                                                  \
            x86_asm_alu_mi(&(x)->a, ALU_ADD, SZ_64, X86_CPU(field), 1);        \
        }                                                                      \
    } while (0)

/* A register or memory operand as r/m. */
static inline Mem x86_rm(const Operand *o)
{
    return o->kind == OPERAND_REG ? mem_reg(o->reg) : x86_env(o->disp);
}

static inline bool x86_is_reg(const Operand *o, int reg)
{
    return o->kind == OPERAND_REG && o->reg == reg;
}

static inline int x86_size(unsigned type)
{
    return type == TYPE_I32 ? SZ_32 : SZ_64;
}

/*
 * For a literal: x86_literal_mem() is the operand of the next instruction,
 * which takes no immediate; x86_literal() after it says what is there.
 */
static inline Mem x86_literal_mem(void)
{
    return mem_b(MEM_RIP, 0);
}

void x86_literal(Host *, uint64_t low, uint64_t high);

/* For the very next instruction. */
static inline Mem x86_data(Host *x, const void *field)
{
    return x86_mem_rip(&x->a, field);
}

/*
 * Loads and stores (or moves: m may be mem_reg) of a vector register, by the
 * encoding in use; which instruction moves a value of the type in memory.
 */
void x86_load_vec(Host *, VecOp, int vl, int dst, Mem m);
void x86_store_vec(Host *, VecOp, int vl, Mem m, int src);
VecOp x86_vec_move(unsigned type);
int x86_vec_length(unsigned type);
/* Ones above the single in reg. */
void x86_box(Host *, int reg);
/* mov unless it is there; immediates too. */
void x86_mov_in(Host *, int size, int dst, const Operand *src);
/* The memory at the address o + disp; guest memory, host memory. */
Mem x86_guest_mem(Host *, const Operand *o, int64_t disp);
Mem x86_host_mem(const Operand *o, int64_t disp);
/* What MO_ALIGN asks for, before the access. */
void x86_check_align(Host *, const EmitOp *, const Operand *addr);

/* ---- Out of line -------------------------------------------------------- */

/* A new slow path for e; set its sites (x86_jcc_slow) and back. */
SlowPath *x86_slow(Host *, SlowFn *, const EmitOp *);
/* Makes the code go on here after the slow path. */
static inline void x86_slow_back(Host *x, SlowPath *s)
{
    s->back = x->a.p;
}

/* Jumps to the slow path by its next free site. */
void x86_jcc_slow(Host *, SlowPath *, Cc);
/* Ends a slow path: jumps back. */
void x86_jmp_back(Host *, const SlowPath *);
/*
 * In a slow path: calls the function with the cpu, all registers kept but
 * MXCSR's flags. It finds and leaves values in x86_slow_word().
 */
void x86_slow_call(Host *, X86Fn);
/* rax = the address of a C function, by its number in the table. */
void x86_load_fn(Host *, unsigned fn);

typedef void X86SlowFn(CPUState *);
X86SlowFn x86_soft_op, x86_call_plugin;

static inline uint64_t *x86_slow_words(CPUState *cpu)
{
    return (uint64_t *)(void *)x86_state(cpu)->spill;
}

/* ---- Shared by emit records -------------------------------------------- */

/* Compares a and b so that the condition code returned is k. */
Cc x86_compare(Host *, int size, Cond k, const Operand *a, const Operand *b);

/* Arguments of the FP rows. */
enum {
    FP_ADD,
    FP_SUB,
    FP_MUL,
    FP_DIV,
    FP_MIN,
    FP_MAX,
    FP_SQRT,
    FP_COM,
    FP_UCOM,
};
enum { FMA_ADD, FMA_SUB, FMA_NADD, FMA_NSUB };

#define R(op, types, when, places, fn, arg) EmitFn x86_##fn;
#include "backend/x86_64/rows.def"

#endif
