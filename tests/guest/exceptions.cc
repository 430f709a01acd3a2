// Exceptions: types, rethrow, unwinding through many frames, destructors.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

static int live;

struct Counted {
    Counted() { live++; }
    Counted(const Counted &) { live++; }
    ~Counted() { live--; }
};

struct Mine : std::runtime_error {
    int code;
    Mine(int c) : std::runtime_error("mine " + std::to_string(c)), code(c) {}
};

static int __attribute__((noinline)) dive(int depth)
{
    Counted guard;
    if (depth == 0)
        throw Mine(42);
    return dive(depth - 1) + 1;
}

static int rethrown()
{
    try {
        try {
            throw std::out_of_range("range");
        } catch (const std::logic_error &e) {
            std::printf("inner %s\n", e.what());
            throw;
        }
    } catch (const std::exception &e) {
        std::printf("outer %s\n", e.what());
        return 1;
    }
    return 0;
}

static void standard()
{
    try {
        std::vector<int>(3).at(7);
    } catch (const std::out_of_range &) {
        std::puts("at() threw");
    }
    try {
        std::stoi("pear");
    } catch (const std::invalid_argument &e) {
        std::puts(e.what());
    }
    try {
        std::unique_ptr<char[]> p(new char[~0ul >> 2]);
        std::puts("allocated?");
    } catch (const std::bad_alloc &) {
        std::puts("bad_alloc");
    }
}

int main()
{
    long sum = 0;
    for (int i = 0; i < 2000; i++) {
        try {
            dive(i % 50);
        } catch (const Mine &m) {
            sum += m.code + live;
        }
    }
    std::printf("sum %ld, live %d\n", sum, live);
    try {
        dive(5000);
    } catch (...) {
        std::printf("deep, live %d\n", live);
    }
    std::printf("%d\n", rethrown());
    standard();
    try {
        throw 3.5;
    } catch (int) {
        std::puts("wrong");
    } catch (double d) {
        std::printf("double %g\n", d);
    }
    return 0;
}
