/* Functions with several names each, own ones and the library's. */
#include <stdio.h>

__attribute__((noipa)) int work(int x)
{
    return x * 3;
}

int labour(int) __attribute__((alias("work")));
int toil(int) __attribute__((weak, alias("work")));

int main(int argc, char **argv)
{
    char text[32];

    (void)argv;
    snprintf(text, sizeof(text), "%d", work(argc));
    puts(text);
    return 0;
}
