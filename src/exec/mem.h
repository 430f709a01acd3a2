/* The memory of code: one file, mapped twice. */
#ifndef EXEC_MEM_H
#define EXEC_MEM_H

#include <stddef.h>
#include <stdint.h>

struct Reserve;

/* The two views of the code buffer, and of the window behind it (images.c). */
typedef struct CodeMem {
    uint8_t *rw;
    uint8_t *rx;
    size_t size, window;
    uint8_t *fork_copy; /* from prepare to done, else NULL */
} CodeMem;

/* 0, or -1 with errno. */
int mem_new(CodeMem *, size_t size, size_t window);
void mem_free(CodeMem *);
/* A new file for a child, copies into it; then in the child, to take it. */
int mem_begin_copy(CodeMem *, struct Reserve *);
void mem_copy(CodeMem *, size_t start, size_t size);
int mem_take_copy(CodeMem *, struct Reserve *);
void mem_drop_copy(CodeMem *);
/* In the child, before mem_take_copy(): a part of the window. */
void mem_view_again(CodeMem *, size_t start, size_t size);

#endif
