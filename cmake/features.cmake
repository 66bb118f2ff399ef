# What a build can leave out to become smaller. Each option is 0 or 1 in C++; features.def, ops.def
# and builtins.def drop the rows of what is off, and the files named after it are not compiled.
# docs/size.md says what is gone without each, and what leaving out all of them saves;
# tools/size-variants measures each.
option(ZWASM_GC "Structs, arrays, i31 references and casts" ON)
option(ZWASM_SIMD "128-bit vectors, relaxed ones included" ON)
option(ZWASM_THREADS "Shared memories, atomics and wasi-threads" ON)
option(ZWASM_TEXT "The text format: .wat files, zwasm convert and zwasm wast" ON)
option(ZWASM_WASI "WASI 0.1" ON)

set(ZWASM_IS_COMPLETE ON)
foreach(option ZWASM_GC ZWASM_SIMD ZWASM_THREADS ZWASM_TEXT ZWASM_WASI)
  target_compile_definitions(zwasm_options INTERFACE ${option}=$<BOOL:${${option}}>)
  if(NOT ${option})
    set(ZWASM_IS_COMPLETE OFF)
  endif()
endforeach()
# Modules that exist only with an option; USES may name them all the same.
set(ZWASM_ABSENT_MODULES "")
if(NOT ZWASM_TEXT)
  list(APPEND ZWASM_ABSENT_MODULES text)
endif()

# The tests test everything; tests/variants has those of builds that leave something out.
if(NOT ZWASM_IS_COMPLETE)
  set(ZWASM_UNIT_TESTS OFF)
endif()
