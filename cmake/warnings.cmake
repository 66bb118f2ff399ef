# The interface library zwasm_options: what every target of the project is compiled with. Warnings
# are always on; ZWASM_WERROR makes them errors.
option(ZWASM_WERROR "Treat warnings as errors" OFF)

add_library(zwasm_options INTERFACE)
target_compile_options(zwasm_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual
  -Wmissing-declarations -Wundef -Wextra-semi
  $<$<BOOL:${ZWASM_WERROR}>:-Werror>
  # GCC 12 takes the wrong arm of a union for the live one when it inlines its destructor.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-free-nonheap-object>
  # Contracting a*b+c into one rounding would change results of wasm code.
  -ffp-contract=off
  -fno-rtti -fvisibility=hidden -fvisibility-inlines-hidden
  -ffunction-sections -fdata-sections)
