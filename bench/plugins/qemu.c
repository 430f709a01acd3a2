/*
 * The least that a plugin of QEMU (interface version 1, QEMU 7.2) can do, for
 * comparison: inline=1 adds up instructions in line, block, insn and mem call
 * a function that adds 1.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef uint64_t Id;
typedef struct Tb Tb;
typedef struct Insn Insn;

/* What QEMU has, as far as it is used here. */
void qemu_plugin_register_vcpu_tb_trans_cb(Id, void (*)(Id, Tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(Tb *,
                                          void (*)(unsigned, void *),
                                          int flags, void *);
void qemu_plugin_register_vcpu_insn_exec_cb(Insn *,
                                            void (*)(unsigned, void *),
                                            int flags, void *);
void qemu_plugin_register_vcpu_tb_exec_inline(Tb *, int op, void *,
                                              uint64_t);
void qemu_plugin_register_vcpu_mem_cb(Insn *,
                                      void (*)(unsigned, uint32_t, uint64_t,
                                               void *),
                                      int flags, int which, void *);
void qemu_plugin_register_atexit_cb(Id, void (*)(Id, void *), void *);
size_t qemu_plugin_tb_n_insns(const Tb *);
Insn *qemu_plugin_tb_get_insn(const Tb *, size_t);

extern int qemu_plugin_version;
int qemu_plugin_version = 1;
int qemu_plugin_install(Id, const void *, int, char **);

static uint64_t count;
static char mode;

static void executed(unsigned cpu, void *user)
{
    (void)cpu, (void)user;
    count++;
}

static void accessed(unsigned cpu, uint32_t info, uint64_t addr, void *user)
{
    (void)cpu, (void)info, (void)addr, (void)user;
    count++;
}

static void translate(Id id, Tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);
    (void)id;
    if (mode == 'b') {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, NULL);
    } else if (mode == 'c') {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &count, n);
    }
    for (size_t i = 0; i < n && (mode == 'i' || mode == 'm'); i++) {
        Insn *insn = qemu_plugin_tb_get_insn(tb, i);
        if (mode == 'i') {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, 0, NULL);
        } else {
            qemu_plugin_register_vcpu_mem_cb(insn, accessed, 0, 3, NULL);
        }
    }
}

static void at_exit(Id id, void *user)
{
    (void)id, (void)user;
    fprintf(stderr, "%" PRIu64 "\n", count);
}

/* mode=c, b, i, m: count in line; call for each block, instruction, access. */
int qemu_plugin_install(Id id, const void *info, int argc, char **argv)
{
    (void)info;
    mode = argc && strncmp(argv[0], "mode=", 5) == 0 ? argv[0][5] : 'c';
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    return 0;
}
