/* The program's environment. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/run/command.h"

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=");
}

void env_copy(Command *c)
{
    size_t n = 0;

    while (environ[n]) {
        n++;
    }
    c->env = command_grow(c, NULL, n + 1, sizeof(*c->env));
    memcpy(c->env, environ, (n + 1) * sizeof(*c->env));
    c->nb_env = n;
}

static void unset(Command *c, const char *name, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->nb_env; i++) {
        char *v = c->env[i];

        if (name_length(v) != n || strncmp(v, name, n) != 0) {
            c->env[kept++] = v;
        }
    }
    c->env[kept] = NULL;
    c->nb_env = kept;
}

void env_unset(Command *c, const char *name)
{
    unset(c, name, strlen(name));
}

void env_set(Command *c, char *assignment)
{
    unset(c, assignment, name_length(assignment));
    c->env = command_grow(c, c->env, c->nb_env + 2, sizeof(*c->env));
    c->env[c->nb_env++] = assignment;
    c->env[c->nb_env] = NULL;
}
