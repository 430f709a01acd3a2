/* Strings that are kept once: equal ones have the same address. */
#ifndef PROFILE_INTERN_H
#define PROFILE_INTERN_H

typedef struct Intern Intern;

Intern *intern_new(void);
void intern_free(Intern *);
const char *intern(Intern *, const char *text);

#endif
