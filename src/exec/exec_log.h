/*
 * Private to exec: what -d shows of translating and running.  Each call is one
 * entry of the log, if the item is on and the filter lets the pc through.
 */
#ifndef EXEC_EXEC_LOG_H
#define EXEC_EXEC_LOG_H

#include "exec/internal.h"

/* Exec.symbols, if anything is logged that has addresses. False: no memory. */
bool exec_log_open(Exec *);

/* Before and after optimisation; item LOG_op or LOG_op_opt. */
void log_guest(const ExecThread *, const BlockRequest *, const BlockInfo *);
void log_ir(const ExecThread *, const BlockRequest *, uint32_t item);
void log_host(const ExecThread *, const TB *, const CompiledBlock *);
void log_region(const ExecThread *, const RegionPlan *, bool is_loop,
                const TB *region);
void log_link(const ExecThread *, const TBSlot *, const TB *target);
/* The block is entered from the run loop; the registers are in memory. */
void log_enter(const ExecThread *, const TB *);
void log_event(const ExecThread *, const Event *);

/* What a stage's allocator does, from begin to end; NULL: nobody wants it. */
AllocLog *alloc_log_new(const ExecConfig *);
const BackendTrace *alloc_log_trace(const AllocLog *);
void alloc_log_begin(AllocLog *, const IR *);
void alloc_log_end(const ExecThread *, const BlockRequest *, AllocLog *);

#endif
