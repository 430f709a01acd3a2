/* A state machine over text: tokens of a small language. machine [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { START, NAME, NUMBER, HEX, STRING, ESCAPE, SLASH, LINE, BLOCK,
               STAR, OPERATOR, STATES } State;

static State step(State s, unsigned char c)
{
    switch (s) {
    case STRING: return c == '"' ? START : c == '\\' ? ESCAPE : STRING;
    case ESCAPE: return STRING;
    case LINE: return c == '\n' ? START : LINE;
    case BLOCK: return c == '*' ? STAR : BLOCK;
    case STAR: return c == '/' ? START : c == '*' ? STAR : BLOCK;
    case SLASH:
        if (c == '/')
            return LINE;
        if (c == '*')
            return BLOCK;
        break;
    case NUMBER:
        if (c == 'x')
            return HEX;
        break;
    case HEX:
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
            return HEX;
        break;
    default: break;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        return NAME;
    if (c >= '0' && c <= '9')
        return s == NAME ? NAME : NUMBER;
    if (c == '"')
        return STRING;
    if (c == '/')
        return SLASH;
    return c <= ' ' ? START : OPERATOR;
}

static const char program[] =
    "int main(void) { /* a comment ** with stars */\n"
    "  long total_1 = 0x1f3a + 42 * 7; // the rest of the line\n"
    "  const char *s = \"quoted \\\"text\\\" here\"; if (x9 >= y && !z)\n"
    "    return call(a, b[3], 0xff) / 2 - (total_1 % 10); }\n";

int main(int argc, char **argv)
{
    int scale = argc > 1 ? atoi(argv[1]) : 200;
    uint64_t count[STATES][STATES] = { { 0 } }, hash = 0;
    State s = START;
    for (int i = 0; i < scale * 1000; i++)
        for (const char *p = program; *p; p++) {
            State t = step(s, *p ^ (i % 97 == 0));
            count[s][t]++;
            s = t;
        }
    for (int i = 0; i < STATES; i++)
        for (int j = 0; j < STATES; j++)
            hash = hash * 1000003 + count[i][j];
    printf("%016llx %llu\n", (unsigned long long)hash,
           (unsigned long long)count[START][NAME]);
    return 0;
}
