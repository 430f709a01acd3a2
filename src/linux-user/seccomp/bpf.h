/* Classic BPF programs over struct seccomp_data. */
#ifndef LINUX_USER_BPF_H
#define LINUX_USER_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Does the kernel take it as a seccomp filter?  Only such may be run. */
bool bpf_valid(const struct sock_filter *insn, uint32_t n);

uint32_t bpf_run(const struct sock_filter *insn,
                 const struct seccomp_data *data);

#endif
