// Streams, strings, containers, virtual functions.
#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    virtual std::string name() const { return "shape"; }
};
struct Circle : Shape {
    double r;
    explicit Circle(double radius) : r(radius) {}
    double area() const override { return M_PI * r * r; }
    std::string name() const override { return "circle"; }
};
struct Box : Shape {
    double a, b;
    Box(double x, double y) : a(x), b(y) {}
    double area() const override { return a * b; }
};

struct Left { virtual int f() { return 1; } int l = 10; };
struct Right { virtual int g() { return 2; } int r = 20; };
struct Both : Left, Right {
    int f() override { return l + 100; }
    int g() override { return r + 200; }
};

static void containers()
{
    std::map<std::string, int> words;
    std::istringstream in("the cat and the dog and the bird");
    for (std::string w; in >> w;)
        words[w]++;
    for (auto &[w, n] : words)
        std::cout << w << '=' << n << ' ';
    std::cout << '\n';
    std::vector<int> v(1000);
    std::iota(v.begin(), v.end(), -500);
    std::sort(v.begin(), v.end(), [](int a, int b) {
        return a % 37 != b % 37 ? a % 37 < b % 37 : a < b;
    });
    std::cout << v[0] << ' ' << v[500] << ' ' << v[999] << ' '
              << std::accumulate(v.begin(), v.end(), 0L) << '\n';
    std::unordered_map<int, long> m;
    for (int i = 0; i < 5000; i++)
        m[i * 7919 % 1009] += i;
    std::set<long> s;
    for (auto &e : m)
        s.insert(e.second);
    std::cout << m.size() << ' ' << s.size() << ' ' << *s.begin() << ' '
              << *s.rbegin() << '\n';
}

int main()
{
    std::cout << std::setprecision(10) << std::fixed << M_PI << ' '
              << std::scientific << 12345.678 << std::defaultfloat << ' '
              << std::hex << std::showbase << 255 << std::dec << ' '
              << std::setw(8) << std::setfill('*') << -42 << ' '
              << std::boolalpha << true << '\n';
    std::vector<std::unique_ptr<Shape>> shapes;
    shapes.push_back(std::make_unique<Circle>(1.5));
    shapes.push_back(std::make_unique<Box>(2, 3.25));
    for (auto &s : shapes)
        std::cout << s->name() << ' ' << s->area() << '\n';
    Both both;
    Right *right = &both;
    Left *left = dynamic_cast<Left *>(right);
    std::cout << right->g() << ' ' << left->f() << '\n';
    std::function<int(int)> fib = [&](int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    };
    std::cout << fib(18) << '\n';
    containers();
    double d;
    std::stringstream("2.5e3") >> d;
    std::cout << d << std::endl;
    std::cerr << "";
    return std::cout.good() ? 0 : 1;
}
