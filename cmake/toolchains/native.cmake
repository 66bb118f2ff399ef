# The compiler of release and dev builds: clang++-19, whose musttail and preserve_none make the
# fastest interpreter, else whatever g++ the system has. CXX and -DCMAKE_CXX_COMPILER win over this.
if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(ZWASM_NATIVE_CXX NAMES clang++-19 g++)
  if(ZWASM_NATIVE_CXX)
    set(CMAKE_CXX_COMPILER ${ZWASM_NATIVE_CXX})
  endif()
endif()
