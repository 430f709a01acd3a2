/*
 * The binary form of the IR, .tcgir, that carries it between tools: a header
 * with the globals and helpers, then blocks.
 */
#ifndef CORE_SERIALIZE_H
#define CORE_SERIALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/ir.h"

/* Which guest code a block is of. */
typedef struct IRHead {
    uint64_t pc;
    uint32_t nb_bytes; /* 0: not known */
    const char *name;  /* "main+0x10", without blanks; "": none */
} IRHead;

/*
 * Malloc'ed, of *size bytes.  guest is the frontend's name, or "".  Calls go
 * by the helper's name; names are cut after 255 letters.
 */
uint8_t *ir_serialize_header(const IR *ir, const char *guest, size_t *size);
uint8_t *ir_serialize_block(const IR *ir, const IRHead *, size_t *size);

/* Is it an image?  Then the guest's name in its header, or "". */
bool ir_image_guest(const uint8_t *data, size_t size, char guest[256]);

typedef struct IRReader IRReader;

/*
 * Reads an image, which stays the caller's and in place, into ir: its globals
 * and helpers as in ir_parse().  Any input is safe; NULL and a message when it
 * is no image of this version.
 */
IRReader *ir_reader_new(IR *ir, const uint8_t *data, size_t size, char *msg,
                        size_t msg_size);
/*
 * Resets ir and fills it with the next block: 1; 0: there is no more; -1 and a
 * message when it would break an invariant of core/ir.h.  head->name stays
 * good until the next.
 */
int ir_reader_next(IRReader *, IRHead *head, char *msg, size_t msg_size);
void ir_reader_free(IRReader *);

#endif
