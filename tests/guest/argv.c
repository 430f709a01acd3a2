/* Arguments, environment and the auxiliary vector. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    printf("argc %d, argv[0] %s\n", argc, argv[0][0] ? "given" : "empty");
    for (int i = 1; i < argc; i++)
        printf("argv[%d] = '%s'\n", i, argv[i]);
    printf("argv[argc] %s\n", argv[argc] ? "wrong" : "null");
    printf("GUEST_VAR=%s\n", getenv("GUEST_VAR"));
    printf("environment follows argv: %d\n", environ == argv + argc + 1);
    setenv("GUEST_NEW", "x", 1);
    unsetenv("GUEST_VAR");
    printf("%s %d\n", getenv("GUEST_NEW"), getenv("GUEST_VAR") == NULL);
    printf("page %ld, random %d, phdr %d, entry %d, uid %d, secure %ld\n",
           (long)getauxval(AT_PAGESZ), getauxval(AT_RANDOM) != 0,
           getauxval(AT_PHDR) != 0, getauxval(AT_ENTRY) != 0,
           getauxval(AT_UID) == getuid(), (long)getauxval(AT_SECURE));
    const char *execfn = (const char *)getauxval(AT_EXECFN);
    printf("execfn %d, stack aligned %d, clktck %ld\n",
           execfn && strstr(execfn, "argv") != NULL,
           ((uintptr_t)(argv - 1) & 15) == 0, (long)getauxval(AT_CLKTCK));
    return argc;
}
