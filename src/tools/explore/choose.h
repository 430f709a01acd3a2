/* Which functions of a program a page shows. */
#ifndef TOOLS_EXPLORE_CHOOSE_H
#define TOOLS_EXPLORE_CHOOSE_H

#include "tools/explore/profile.h"
#include "tools/ir/program.h"

typedef struct Choice {
    const Function *all; /* of the program, ordered; not owned */
    size_t nb_all;
    size_t *chosen; /* indices in all, the first to be shown first */
    size_t nb_chosen;
} Choice;

/*
 * Chooses among c->all those that names (symbols or addresses) stand for; then
 * the hottest; if there is none of both, main or where the program begins; then
 * what the chosen ones call, and so on; without names, any others that have a
 * symbol; up to max.  False with a message.
 */
bool choose(Choice *c, const Program *, const Profile *, char *const names[],
            size_t max, char *msg, size_t size);
void choice_free(Choice *);

#endif
