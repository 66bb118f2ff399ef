# AArch64 Linux on another machine: clang++-19 over the headers and libraries of the GCC cross
# compiler, else that compiler itself; tests run under qemu's user-mode emulation.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

if(NOT CMAKE_CXX_COMPILER)
  find_program(ZWASM_ARM64_CXX NAMES clang++-19 aarch64-linux-gnu-g++ REQUIRED)
  set(CMAKE_CXX_COMPILER ${ZWASM_ARM64_CXX})
endif()
if(CMAKE_CXX_COMPILER MATCHES "clang")
  set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
endif()

find_program(ZWASM_QEMU_AARCH64 NAMES qemu-aarch64 qemu-aarch64-static)
if(ZWASM_QEMU_AARCH64)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${ZWASM_QEMU_AARCH64})
endif()
# Static programs need no foreign loader.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
