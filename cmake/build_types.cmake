# What distinguishes the presets: optimization, sanitizers, link-time optimization.
#   ZWASM_SANITIZE  a list for -fsanitize=, e.g. address,undefined
#   ZWASM_LTO       link-time optimization and collection of unused sections (release)
#   ZWASM_PIE       the statically linked CLI is position-independent
set(ZWASM_SANITIZE "" CACHE STRING "Sanitizers, separated by commas")
option(ZWASM_LTO "Optimize at link time" OFF)
option(ZWASM_STATIC "Link the CLI statically" OFF)
option(ZWASM_PIE "Make the statically linked CLI position-independent" ON)

# Assertions stay on in every build type but Release.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

if(ZWASM_SANITIZE)
  # vptr needs the type information that the library is built without.
  add_compile_options(-fsanitize=${ZWASM_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer $<$<CONFIG:Debug>:-O1>)
  if(ZWASM_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=vptr)
  endif()
  add_link_options(-fsanitize=${ZWASM_SANITIZE})
endif()

if(ZWASM_LTO)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # The archiver and linker must belong to the compiler: they read its intermediate code.
    string(REGEX MATCH "^[0-9]+" llvm ${CMAKE_CXX_COMPILER_VERSION})
    find_program(ZWASM_LLVM_AR NAMES llvm-ar-${llvm} REQUIRED)
    find_program(ZWASM_LLVM_RANLIB NAMES llvm-ranlib-${llvm} REQUIRED)
    set(CMAKE_AR ${ZWASM_LLVM_AR})
    set(CMAKE_RANLIB ${ZWASM_LLVM_RANLIB})
    add_compile_options(-flto=full)
    # Nothing compares addresses of functions, so equal ones are kept once.
    add_link_options(-flto=full -fuse-ld=lld -Wl,--icf=all)
    # What runs at every start lies together (tools/symbol-order writes the list): fewer pages are
    # touched. Names of functions that other options inline or drop are not worth a warning.
    add_link_options(-Wl,--symbol-ordering-file=${PROJECT_SOURCE_DIR}/cmake/symbol-order.txt
      -Wl,--no-warn-symbol-ordering)
  else()
    set(CMAKE_AR ${CMAKE_CXX_COMPILER_AR})
    set(CMAKE_RANLIB ${CMAKE_CXX_COMPILER_RANLIB})
    add_compile_options(-flto)
    add_link_options(-flto=auto -fuse-linker-plugin)
  endif()
  add_compile_options(-fno-plt -fno-semantic-interposition)
  add_link_options(-Wl,--gc-sections -Wl,-O2)
endif()

# Relative relocations in a bitmap: a hundredth of the size, and less to read at the start. The C
# library relocates a static program itself, which it can do in this form since 2.36.
include(CheckCXXSourceCompiles)
check_cxx_source_compiles("
  #include <features.h>
  #if !__GLIBC_PREREQ(2, 36)
  #error too old
  #endif
  int main() {}" ZWASM_HAVE_PACKED_RELOCATIONS)
if(ZWASM_HAVE_PACKED_RELOCATIONS)
  set(ZWASM_PACKED_RELOCATIONS -Wl,-z,pack-relative-relocs)
endif()
