/* N queens by recursion, with bit masks and with a board. queens [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned by_mask(unsigned all, unsigned cols, unsigned left,
                        unsigned right)
{
    if (cols == all)
        return 1;
    unsigned count = 0;
    for (unsigned free_ = all & ~(cols | left | right); free_;) {
        unsigned bit = free_ & -free_;
        free_ ^= bit;
        count += by_mask(all, cols | bit, (left | bit) << 1,
                         (right | bit) >> 1);
    }
    return count;
}

static int board[16];

static int safe(int row, int col)
{
    for (int r = 0; r < row; r++)
        if (board[r] == col || abs(board[r] - col) == row - r)
            return 0;
    return 1;
}

static unsigned by_board(int row, int n)
{
    if (row == n)
        return 1;
    unsigned count = 0;
    for (int c = 0; c < n; c++)
        if (safe(row, c)) {
            board[row] = c;
            count += by_board(row + 1, n);
        }
    return count;
}

int main(int argc, char **argv)
{
    int scale = argc > 1 ? atoi(argv[1]) : 50;
    uint64_t sum = 0;
    for (int i = 0; i < scale; i++) {
        int big = scale == 1 ? 8 : 11;
        sum = sum * 3 + by_mask((1u << big) - 1, 0, 0, 0);
        sum = sum * 3 + by_board(0, scale == 1 ? 7 : 9);
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
