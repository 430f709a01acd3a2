# make -j2 and g++; threads, exceptions, patterns of the library.
# needs: gcc g++ make
rm -rf /tmp/gcc && mkdir /tmp/gcc && cd /tmp/gcc || exit
for i in 1 2 3 4; do echo "int f$i(int x) { return x * $i; }" > f$i.c; done
cat > m.cc << 'CC'
#include <iostream>
#include <regex>
#include <thread>
#include <vector>
extern "C" { int f1(int), f2(int), f3(int), f4(int); }
int main() {
    std::vector<std::thread> threads;
    std::vector<int> r(4);
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&, i] { r[i] = f1(i) + f2(i) + f3(i) + f4(i); });
    for (auto &t : threads) t.join();
    for (int x : r) std::cout << x << ' ';
    try { throw std::runtime_error("thrown"); }
    catch (std::exception &e) { std::cout << e.what() << ' '; }
    std::cout << std::regex_replace("a1b2", std::regex("[0-9]"), "#") << '\n';
}
CC
cat > Makefile << 'MAKE'
m: m.o f1.o f2.o f3.o f4.o
	@g++ -o m $^ -pthread
%.o: %.c
	@gcc -O2 -c $<
m.o: m.cc
	@g++ -O1 -c $<
MAKE
make -j2 && ./m
