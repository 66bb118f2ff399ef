// What std::terminate calls unless a program sets another handler. The C++ library's version names
// the exception's type, and for that alone a demangler of 45 KB is linked; no exception leaves
// main.
#include <cstdio>
#include <cstdlib>

#include "command.hpp"

namespace __gnu_cxx {

void __verbose_terminate_handler();  // as declared in the library

void __verbose_terminate_handler() {
  std::fputs("zwasm: internal fault: terminated\n", stderr);
  std::_Exit(zwasm::cli::exit_internal);
}

}  // namespace __gnu_cxx
