/* What the generic backend asks of the host: moves, constants, the table. */
#include "backend/x86_64/x86.h"

#define VEC(n) (REG_VEC + (n))

/* ---- Registers ---------------------------------------------------------- */

static const uint8_t pin_int[] = {RBX, RSI, RDI, R8,  R9, R10,
                                  R11, R12, R13, R14, R15};
static const uint8_t pin_vec[] = {
    VEC(4),  VEC(5),  VEC(6),  VEC(7),  VEC(8),  VEC(9),  VEC(10),
    VEC(11), VEC(12), VEC(13), VEC(14), VEC(15), VEC(16), VEC(17),
    VEC(18), VEC(19), VEC(20), VEC(21), VEC(22), VEC(23), VEC(24),
    VEC(25), VEC(26), VEC(27), VEC(28), VEC(29), VEC(30), VEC(31),
};
enum { PIN_XMMS = 12, PIN_ALL_XMMS = sizeof(pin_vec) };
static const uint8_t class_of[TYPE_COUNT] = {
    [TYPE_I32] = CLASS_INT,  [TYPE_I64] = CLASS_INT,  [TYPE_I128] = CLASS_VEC,
    [TYPE_F32] = CLASS_VEC,  [TYPE_F64] = CLASS_VEC,  [TYPE_V64] = CLASS_VEC,
    [TYPE_V128] = CLASS_VEC, [TYPE_V256] = CLASS_VEC,
};
static const uint8_t call_args[] = {RDI, RSI, RDX, RCX, R8, R9};

/* Legacy encodings are shorter for the low registers, EVEX ones long: the
   allocator takes low numbers first. */
#define GPRS      (0xffffull & ~(REG_BIT(RSP) | REG_BIT(RBP)))
#define XMMS      (0xffffull << REG_VEC)
#define ALL_XMMS  (0xffffffffull << REG_VEC)
#define LETTER(c) ((c) - 'a')

/* ---- Constants in rows --------------------------------------------------- */

/* In the order of their letters. */
enum {
    CONST_S32 = 1 << 0,
    CONST_ZERO = 1 << 1,
    CONST_ANY = 1 << 2,
    CONST_ZERO_ONES = 1 << 3,
    CONST_U32 = 1 << 4,
    CONST_ADDR = 1 << 5, /* below 2^30: an absolute address with room for a
                            displacement */
};
#define CONST_LETTERS "ezinuf"

static bool const_fits(unsigned consts, Type type, uint64_t value)
{
    if (consts & CONST_ANY) {
        return true;
    }
    if (consts & CONST_S32 &&
        (type == TYPE_I32 || (int64_t)value == (int32_t)value)) {
        return true;
    }
    if (consts & CONST_U32 && (type == TYPE_I32 || value <= UINT32_MAX)) {
        return true;
    }
    if (consts & CONST_ADDR && value < 1u << 30) {
        return true;
    }
    return (value == 0 && consts & (CONST_ZERO | CONST_ZERO_ONES)) ||
           (value == UINT64_MAX && consts & CONST_ZERO_ONES);
}

/* ---- Moves -------------------------------------------------------------- */

static int vec(int r)
{
    return r - REG_VEC;
}

int x86_vec_length(unsigned type)
{
    return type == TYPE_V256 ? VEX_256 : VEX_128;
}

void x86_load_vec(Host *x, VecOp op, int vl, int dst, Mem m)
{
    if (x->avx) {
        asm_avx_rm(&x->a, op, vl, dst, m);
    } else {
        asm_sse_rm(&x->a, op, dst, m);
    }
}

void x86_store_vec(Host *x, VecOp op, int vl, Mem m, int src)
{
    if (x->avx) {
        asm_avx_mr(&x->a, op, vl, m, src);
    } else {
        asm_sse_mr(&x->a, op, m, src);
    }
}

VecOp x86_vec_move(unsigned type)
{
    return type == TYPE_F32                       ? V_MOVSS
           : type == TYPE_F64 || type == TYPE_V64 ? V_MOVSD
                                                  : V_MOVUPS;
}

void x86_box(Host *x, int reg)
{
    Mem ones = x86_data(x, &x->rt.data->box);

    if (x->avx) {
        asm_avx_rrm(&x->a, V_ORPS, VEX_128, reg, reg, ones);
    } else {
        asm_sse_rm(&x->a, V_ORPS, reg, ones);
    }
}

static void host_mov(Host *x, unsigned type, int dst, int src)
{
    if (x86_class(type) == CLASS_INT) {
        x86_asm_mov_rr(&x->a, x86_size(type), dst, src);
    } else if (x86_is_wide(x, type)) {
        x86_wide_load(x, vec(dst), x86_wide(vec(src), 0));
    } else {
        x86_load_vec(x, V_MOVAPS, x86_vec_length(type), vec(dst),
                     mem_reg(vec(src)));
    }
}

static void host_exchange(Host *x, int a, int b)
{
    x86_asm_xchg_rr(&x->a, SZ_64, a, b);
}

/* An F32 in a spill slot (below env) is kept boxed. */
static VecOp state_move(unsigned type, int32_t disp)
{
    return type == TYPE_F32 && disp < 0 ? V_MOVSD : x86_vec_move(type);
}

static void host_load(Host *x, unsigned type, int dst, int32_t disp)
{
    if (x86_class(type) == CLASS_INT) {
        x86_asm_mov_rm(&x->a, x86_size(type), dst, x86_env(disp));
        return;
    }
    VecOp op = state_move(type, disp);
    if (x86_is_wide(x, type)) {
        x86_wide_load(x, vec(dst), x86_env(disp));
    } else {
        x86_load_vec(x, op, x86_vec_length(type), vec(dst), x86_env(disp));
    }
    if (op == V_MOVSS && !(x->ir && x->ir->unboxed)) {
        x86_box(x, vec(dst));
    }
}

static void host_store(Host *x, unsigned type, int src, int32_t disp)
{
    if (x86_class(type) == CLASS_INT) {
        x86_asm_mov_mr(&x->a, x86_size(type), x86_env(disp), src);
    } else if (x86_is_wide(x, type)) {
        x86_wide_store(x, x86_env(disp), vec(src));
    } else {
        x86_store_vec(x, state_move(type, disp), x86_vec_length(type),
                      x86_env(disp), vec(src));
    }
}

/* ---- Constants ---------------------------------------------------------- */

/* The 64-bit words of a constant of the type, as it lies in a register. */
static void const_words(unsigned type, uint64_t value, uint64_t word[4])
{
    word[0] = type == TYPE_F32 ? value | F32_BOX : value;
    word[1] = type == TYPE_I128   ? (uint64_t)((int64_t)value >> 63)
              : type >= TYPE_V128 ? value
                                  : 0;
    word[2] = word[3] = type == TYPE_V256 ? value : 0;
}

static unsigned stored_bytes(unsigned type, int32_t disp)
{
    return type == TYPE_F32 && disp < 0 ? 8 : type_size((Type)type);
}

static void host_store_const(Host *x, unsigned type, uint64_t value,
                             int32_t disp)
{
    uint64_t word[4];
    unsigned bytes = stored_bytes(type, disp);

    const_words(type, value, word);
    for (unsigned at = 0; at < bytes; at += 8) {
        int64_t w = (int64_t)word[at / 8];
        Mem m = x86_env(disp + (int32_t)at);
        if (bytes - at >= 8 && w == (int32_t)w) {
            x86_asm_mov_mi(&x->a, SZ_64, m, (int32_t)w);
            continue;
        }
        x86_asm_mov_mi(&x->a, SZ_32, m, (int32_t)w);
        if (bytes - at >= 8) {
            m.disp += 4;
            x86_asm_mov_mi(&x->a, SZ_32, m, (int32_t)(w >> 32));
        }
    }
}

void x86_literal(Host *x, uint64_t low, uint64_t high)
{
    if (x->nb_literals == MAX_LITERALS) {
        x->build->too_large = true;
        return;
    }
    x->literal[x->nb_literals++] = (X86Literal){x->a.p - 4, {low, high}};
}

static void load_vec_zero(Host *x, int dst)
{
    if (x->avx) {
        asm_avx_rrr(&x->a, V_XORPS, VEX_128, dst, dst, dst);
    } else {
        asm_sse_rr(&x->a, V_XORPS, dst, dst);
    }
}

static void load_vec_const(Host *x, unsigned type, int dst, uint64_t value)
{
    uint64_t word[4];
    VecOp op = type == TYPE_I128 || type >= TYPE_V128 ? V_MOVUPS : V_MOVSD;

    if (x86_is_wide(x, type)) {
        host_store_const(x, type, value, x86_wide(dst, 0).disp + ENV_BIAS);
        return;
    }
    const_words(type, value, word);
    if ((word[0] | word[1]) == 0) {
        load_vec_zero(x, dst);
        return;
    }
    if (!x->avx) {
        asm_sse_rm(&x->a, op, dst, x86_literal_mem());
    } else if (type == TYPE_V256) {
        asm_avx_rm(&x->a, V_BROADCASTSD, VEX_256, dst, x86_literal_mem());
    } else {
        asm_avx_rm(&x->a, op, VEX_128, dst, x86_literal_mem());
    }
    x86_literal(x, word[0], word[1]);
}

static void host_load_const(Host *x, unsigned type, int dst, uint64_t value)
{
    if (x86_class(type) == CLASS_VEC) {
        load_vec_const(x, type, vec(dst), value);
        return;
    }
    if (type == TYPE_I32) {
        value = (uint32_t)value;
    }
    if (value == 0 && !x->build->keep_flags) {
        x86_asm_zero(&x->a, dst);
    } else {
        x86_asm_mov_ri(&x->a, dst, value);
    }
}

static void host_load_env(Host *x, int dst)
{
    x86_asm_lea(&x->a, SZ_64, dst, x86_env(0));
}

/* ---- Calls -------------------------------------------------------------- */

/* Whether a helper must find, or may change, the pinned registers. */
static bool touches_state(const Helper *h)
{
    return h->flags &
           (HELPER_READS_STATE | HELPER_WRITES_STATE | HELPER_FAULTS);
}

static void host_call_prepare(Host *x, const Helper *h)
{
    x86_asm_call(&x->a, x->rt.save[touches_state(h)]);
}

static unsigned helper_fn(const Host *x, const Helper *h)
{
    unsigned i = 0;
    while (x->helpers && x->helpers[i] && x->helpers[i] != h) {
        i++;
    }
    check(x->helpers && x->helpers[i], "%s is not in IR.helpers", h->name);
    return X86_NB_FNS + i;
}

static void host_call(Host *x, const Helper *h)
{
    unsigned fn = helper_fn(x, h);
    Mem count = X86_CPU(counts.helper);
    count.disp += (int32_t)((fn - X86_NB_FNS) * sizeof(uint64_t));
    if (x->count_all) {
        x86_asm_alu_mi(&x->a, ALU_ADD, SZ_64, count, 1);
    }
    x86_load_fn(x, fn);
    x86_asm_call(&x->a, x->rt.call[touches_state(h)]);
}

/* ---- A block ------------------------------------------------------------ */

static void host_begin(Host *x, BlockBuild *build, const IR *ir, uint8_t *p,
                       uint8_t *end, int64_t exec_offset)
{
    x86_asm_init(&x->a, p, (size_t)(end - p), exec_offset);
    x->a.outer = (AsmOuter){asm_pc(&x->a), build->outer, 0, COMPILE_MAX_OUTER};
    x->start = p;
    x->build = build;
    x->ir = ir;
    x->nb_slow = 0;
    x->nb_literals = 0;
    x->leave = (X86Label){0};
    for (unsigned i = 0; i < ir->nb_labels; i++) {
        x->label[i] = (X86Label){0};
    }
}

static uint32_t host_offset(const Host *x)
{
    return (uint32_t)(x->a.p - x->start);
}

static const EmitRow rows[] = {
#undef R
#define R(op, types, when, places, fn, arg)                                    \
    {OP_##op, TYPES_##types, X86_##when, places, x86_##fn, arg},
#include "backend/x86_64/rows.def"
};

static const HostDesc x86_desc = {
    .name = "x86_64",
    .rows = rows,
    .nb_rows = sizeof(rows) / sizeof(rows[0]),
    .letters =
        {
            [LETTER('r')] = GPRS,
            [LETTER('a')] = REG_BIT(RAX),
            [LETTER('c')] = REG_BIT(RCX),
            [LETTER('d')] = REG_BIT(RDX),
            [LETTER('x')] = XMMS,
            [LETTER('v')] = XMMS,
        },
    .consts = CONST_LETTERS,
    .const_fits = const_fits,
    .class_of = class_of,
    .first = {0, REG_VEC, REG_VEC},
    .usable = {[CLASS_INT] = GPRS, [CLASS_VEC] = XMMS},
    .pin = {[CLASS_INT] = pin_int, [CLASS_VEC] = pin_vec},
    .nb_pin = {[CLASS_INT] = sizeof(pin_int), [CLASS_VEC] = PIN_XMMS},
    .pin_types = TYPES_NUM | TYPES_V128,
    .min_scratch = 3,
    .policy_bits = x86_policy_bits,
    .call_args = call_args,
    .call_ret = RAX,
    .mov = host_mov,
    .exchange = host_exchange,
    .load = host_load,
    .store = host_store,
    .store_const = host_store_const,
    .load_const = host_load_const,
    .load_env = host_load_env,
    .call_prepare = host_call_prepare,
    .call = host_call,
    .begin = host_begin,
    .offset = host_offset,
    .set_label = x86_set_label,
    .finish = x86_finish,
};

void x86_describe(HostDesc *d, uint32_t features)
{
    *d = x86_desc;
    d->spill = X86_STATE_OFFSET(spill);
    if (features & X86_AVX512) {
        d->letters[LETTER('x')] = ALL_XMMS;
        d->usable[CLASS_VEC] = ALL_XMMS;
        d->nb_pin[CLASS_VEC] = PIN_ALL_XMMS;
    }
}
