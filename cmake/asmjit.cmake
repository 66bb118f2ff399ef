# asmjit from its pinned source as the static library zwasm_asmjit. Distributions' builds of it are
# not position-independent, so they cannot become part of libzwasm.so. Only the raw assemblers are
# built; debug builds also get logging and the instruction sets of other machines, so that tests can
# print the code of every back end anywhere.
set(ZWASM_ASMJIT_SOURCE "" CACHE PATH "asmjit's source tree (default: the fetched one)")

set(source ${ZWASM_ASMJIT_SOURCE})
if(NOT source)
  set(source ${ZWASM_DEPS}/asmjit)
  if(NOT EXISTS ${source}/src/asmjit/asmjit.h AND ZWASM_FETCH)
    zwasm_fetch(asmjit)
  endif()
endif()
if(NOT EXISTS ${source}/src/asmjit/asmjit.h)
  message(FATAL_ERROR "asmjit's source not found: run tools/fetch-deps asmjit or set ZWASM_ASMJIT_SOURCE, "
    "or build without the JIT (-DZWASM_JIT=OFF)")
endif()

file(GLOB asmjit_files ${source}/src/asmjit/core/*.cpp ${source}/src/asmjit/x86/*.cpp
     ${source}/src/asmjit/arm/*.cpp)
add_library(zwasm_asmjit STATIC ${asmjit_files})
target_include_directories(zwasm_asmjit SYSTEM PUBLIC ${source}/src)
target_compile_definitions(zwasm_asmjit PUBLIC
  ASMJIT_STATIC ASMJIT_NO_DEPRECATED ASMJIT_NO_COMPILER ASMJIT_NO_BUILDER ASMJIT_NO_JIT
  ASMJIT_NO_INTROSPECTION
  $<$<CONFIG:Release>:ASMJIT_NO_LOGGING ASMJIT_NO_TEXT ASMJIT_NO_FOREIGN>)
target_compile_options(zwasm_asmjit PRIVATE
  -fno-exceptions -fno-rtti -fno-math-errno -fno-threadsafe-statics -fmerge-all-constants
  -fvisibility=hidden -fvisibility-inlines-hidden -ffunction-sections -fdata-sections
  $<$<CONFIG:Release>:-fno-unwind-tables -fno-asynchronous-unwind-tables>
  -w)
