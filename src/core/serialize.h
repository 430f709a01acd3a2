/* The binary form of the IR, .tcgir, that carries it between tools. */
#ifndef CORE_SERIALIZE_H
#define CORE_SERIALIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/ir.h"

/* A malloc'ed image of ir, of *size bytes; calls go by helper name. */
uint8_t *ir_serialize(const IR *ir, size_t *size);

/*
 * Resets ir and fills it from an image.  Globals and helpers as in
 * ir_parse().  Any input is safe; false and a message when it is no image of
 * this version, or would break an invariant of core/ir.h.
 */
bool ir_deserialize(IR *ir, const uint8_t *data, size_t size, char *msg,
                    size_t msg_size);

#endif
