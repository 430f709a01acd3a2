/*
 * tcg-plugin.h: instrumenting guest programs, version 1.
 *
 * A plugin is told of each block of guest code when it is translated, and
 * says what is to happen when the block, an instruction of it, or one of its
 * memory accesses is executed: a call of the plugin, or a number added to a
 * counter, for which there is no call.  docs/plugins.md is the tutorial.
 *
 * A plugin includes this header and ends with
 *
 *     TCG_PLUGIN(name, "what it does", "its arguments", install)
 *
 * It is either built into the emulator (-plugin name) or a shared object
 * (-plugin ./name.so), from the same source.
 *
 * What always holds:
 * - Callbacks run in the thread whose code is executed, several threads' at
 *   once: what they share is the plugin's to protect.
 * - Each execution is seen once.  Code may be translated several times, also
 *   as part of something larger: a block is where control enters at its first
 *   instruction and leaves at its last, and one address can begin several of
 *   different lengths.
 * - Pointers to TcgBlock and TcgInsn are good during the translation callback
 *   alone, those to TcgThread from the thread's start to its end.
 * - Functions may be called from callbacks and from install(), none from
 *   signal handlers or other threads of the plugin's own.
 * - Structs only grow, at their end; functions keep their meaning.
 */
#ifndef TCG_PLUGIN_H
#define TCG_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCG_PLUGIN_VERSION 1

typedef struct TcgPlugin TcgPlugin;     /* one -plugin option */
typedef struct TcgThread TcgThread;     /* a thread of the guest */
typedef struct TcgBlock TcgBlock;       /* a block being translated */
typedef struct TcgInsn TcgInsn;         /* an instruction of it */
typedef struct TcgCounter TcgCounter;   /* a sum, and its part of each thread */
typedef struct TcgFunction TcgFunction; /* one that the user has named */

/*
 * What a plugin is.  install is called before the program starts, with the
 * words between the commas of "-plugin NAME,A=1,B=2"; it returns NULL, or
 * what is wrong: the emulator shows it and ends.
 */
typedef struct TcgPluginInfo {
    uint32_t version;
    const char *name, *text, *arguments;
    const char *(*install)(TcgPlugin *, int argc, char **argv);
} TcgPluginInfo;

#ifdef TCG_PLUGIN_BUILTIN
#define TCG_PLUGIN_SYMBOL(name) tcg_plugin_##name
#else
#define TCG_PLUGIN_SYMBOL(name) tcg_plugin
#endif
#define TCG_PLUGIN(name, text, arguments, install)                             \
    extern const TcgPluginInfo TCG_PLUGIN_SYMBOL(name);                        \
    const TcgPluginInfo TCG_PLUGIN_SYMBOL(name) = {TCG_PLUGIN_VERSION, #name,  \
                                                   text, arguments, install};

/* The value of "NAME=value", "" of "NAME"; NULL if word is another. */
const char *tcg_argument(const char *word, const char *name);

/* ---- Events ------------------------------------------------------------ */

/* A block is translated: the time to say what its code is to do. */
typedef void TcgTranslateFn(TcgBlock *, void *user);
void tcg_on_translate(TcgPlugin *, TcgTranslateFn *, void *user);

/*
 * The thread's first moment and its last.  Threads that are left when the
 * program ends, end then, in no order, before tcg_on_exit's callbacks.
 */
typedef void TcgThreadFn(TcgThread *, void *user);
void tcg_on_thread_start(TcgPlugin *, TcgThreadFn *, void *user);
void tcg_on_thread_end(TcgPlugin *, TcgThreadFn *, void *user);

typedef struct TcgSyscall {
    uint64_t number, args[6];
    const char *name; /* NULL: not known */
    int64_t result;   /* after it: as the program gets it, -errno for errors */
} TcgSyscall;

/* Before it; after it, unless it did not return. */
typedef void TcgSyscallFn(TcgThread *, const TcgSyscall *, void *user);
void tcg_on_syscall(TcgPlugin *, TcgSyscallFn *, void *user);
void tcg_on_syscall_return(TcgPlugin *, TcgSyscallFn *, void *user);

/*
 * In the child of a fork, before it runs; counters are 0 there.  Not for a
 * vfork's, which counts in its parent's place until it executes a program.
 */
typedef void TcgProcessFn(void *user);
void tcg_on_fork(TcgPlugin *, TcgProcessFn *, void *user);
/*
 * The program ends, by exit or by a signal; no other thread runs any more.
 * Not when it executes another, which has the same plugins, installed anew.
 */
void tcg_on_exit(TcgPlugin *, TcgProcessFn *, void *user);

/* ---- Translation ------------------------------------------------------- */

uint64_t tcg_block_address(const TcgBlock *);
size_t tcg_block_bytes(const TcgBlock *);
size_t tcg_block_count(const TcgBlock *); /* of instructions, at least 1 */
TcgInsn *tcg_block_insn(const TcgBlock *, size_t i);

uint64_t tcg_insn_address(const TcgInsn *);
size_t tcg_insn_bytes(const TcgInsn *);
const uint8_t *tcg_insn_code(const TcgInsn *);
/* "addi\ta0,a0,1", cut at size; returns text. */
const char *tcg_insn_text(const TcgInsn *, char *text, size_t size);

/*
 * What a callback does, for its call to be as cheap as can be.  Registers can
 * only be read by those that say so.  One that does not compute with floating
 * point, nor calls anything that does, can say that, and is called four times
 * as fast: the guest's rounding mode and exceptions need not be kept from it.
 */
enum { TCG_READS_REGISTERS = 1, TCG_NO_FP = 2 };

/* What is executed. */
typedef void TcgExecFn(TcgThread *, uint64_t address, void *user);

/* Before the block's or instruction's first effect. */
void tcg_block_call(TcgBlock *, TcgExecFn *, unsigned flags, void *user);
void tcg_insn_call(TcgInsn *, TcgExecFn *, unsigned flags, void *user);
/* Adds n to the counter, there too; -2^31 <= n < 2^31. */
void tcg_block_add(TcgBlock *, TcgCounter *, int64_t n);
void tcg_insn_add(TcgInsn *, TcgCounter *, int64_t n);

/* An access that was made, and did not fault. */
typedef struct TcgAccess {
    uint64_t address;
    uint64_t value;   /* loaded or stored, zero-extended */
    uint64_t insn;    /* address of the instruction */
    uint32_t bytes;   /* 1, 2, 4 or 8 */
    bool load, store; /* both: atomic; value is what was loaded */
} TcgAccess;

enum { TCG_LOADS = 1, TCG_STORES = 2 };
typedef void TcgAccessFn(TcgThread *, const TcgAccess *, void *user);

/* For those accesses of the instruction that are in the set `which`. */
void tcg_insn_on_access(TcgInsn *, unsigned which, TcgAccessFn *,
                        unsigned flags, void *user);
void tcg_insn_add_access(TcgInsn *, unsigned which, TcgCounter *, int64_t n);

/* ---- Counters ---------------------------------------------------------- */

/* A new one, 0, that is the plugin's to the end; NULL: too many (2^20). */
TcgCounter *tcg_counter_new(TcgPlugin *);
/* All threads' sum, ended ones included; and one thread's part. */
uint64_t tcg_counter_sum(const TcgCounter *);
uint64_t tcg_counter_of(const TcgCounter *, const TcgThread *);

/* ---- The guest --------------------------------------------------------- */

/* From 0 in the order of their starts; never used again. */
unsigned tcg_thread_id(const TcgThread *);
/* The plugin's own pointer of this thread, NULL at first. */
void **tcg_thread_data(TcgPlugin *, TcgThread *);

/*
 * The number of a register by its ABI name ("a0", "fa0", "pc"), -1: none; and
 * what it holds, its low 8 bytes.  In callbacks of system calls, of
 * instructions and blocks with TCG_READS_REGISTERS, and at a thread's start and
 * end.  "pc" is right where no code is executed: callbacks of that are given
 * its address.
 */
int tcg_register(TcgPlugin *, const char *name);
uint64_t tcg_read_register(const TcgThread *, int reg);
/* The first n bytes, lowest first, of one of any width, which is returned. */
size_t tcg_read_register_bytes(const TcgThread *, int reg, void *dst, size_t n);
/* False, and dst undefined, if not all of it can be read. */
bool tcg_read_memory(TcgPlugin *, uint64_t address, void *dst, size_t n);

/* "memcpy", and the offset of address in it; NULL: nothing known. */
const char *tcg_symbol(TcgPlugin *, uint64_t address, uint64_t *offset);
/*
 * A function of the program by name, any that it has, also before its library
 * is loaded.  Of install(): if no file of the program has that name, the
 * emulator says so.
 */
TcgFunction *tcg_function(TcgPlugin *, const char *name);
/* Is the address in it?  *offset is then where. */
bool tcg_function_at(const TcgFunction *, uint64_t address, uint64_t *offset);
/* The program's path. */
const char *tcg_program(TcgPlugin *);

/* A mapping of a file, executable in part. */
typedef struct TcgModule {
    uint64_t start, end; /* of all its mappings */
    const char *path;
} TcgModule;
typedef void TcgModuleFn(const TcgModule *, void *user);
void tcg_modules(TcgPlugin *, TcgModuleFn *, void *user);

/* printf to where the log goes: stderr, or the file of -D. */
void tcg_print(TcgPlugin *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
