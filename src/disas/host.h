/* Disassembly of host code through Capstone; the IR tools alone link it. */
#ifndef DISAS_HOST_H
#define DISAS_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Writes a line for each instruction of the x86-64 code: offset, bytes, text.
 * Where the tree was built without Capstone, the bytes alone.
 */
void host_disas(FILE *f, const uint8_t *code, size_t size, uint64_t address);

#endif
