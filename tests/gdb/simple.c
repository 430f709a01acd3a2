/* What one thread can show: calls, variables, memory to be watched, numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Point {
    int x, y;
    char name[8];
} Point;

int counter;
double ratio = 1.5;
Point points[3] = { { 1, 2, "one" }, { 3, 4, "two" }, { 5, 6, "three" } };
_Thread_local int mine = 7;

int triple(int n)
{
    int result = n * 3;

    return result;
}

int add(int a, int b)
{
    counter++;
    return a + b + triple(a);
}

double scale(double by)
{
    ratio *= by;
    return ratio;
}

static int factorial(int n)
{
    return n <= 1 ? 1 : n * factorial(n - 1);
}

static void swap(Point *a, Point *b)
{
    Point old = *a;

    *a = *b;
    *b = old;
}

int main(int argc, char **argv)
{
    int sum = 0;

    for (int i = 0; i < 5; i++) {
        sum = add(sum, i);
    }
    scale(2);
    swap(&points[0], &points[2]);
    printf("sum %d counter %d ratio %g\n", sum, counter, ratio);
    printf("factorial %d first %s\n", factorial(10), points[0].name);
    return argc > 1 ? atoi(argv[1]) : 0;
}
