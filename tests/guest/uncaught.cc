// An exception that nobody catches: terminate, abort.
#include <stdexcept>

int main()
{
    throw std::runtime_error("nobody");
}
