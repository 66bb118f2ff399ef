// main() of every unit test program.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
// The engine's own handlers for faults must stay installed.
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>
