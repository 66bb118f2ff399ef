# zwasm_module(<name>
#   SOURCES <file>...      compiled into the static library zwasm_<name>; none: a headers-only module
#   USES <module>...       every module whose headers this one includes
#   TESTS <file>...        doctest sources, linked into zwasm_<name>_tests, CTest label "unit"
#   TEST_USES <module>...  modules that only the tests include
#   OPTIMIZED <file>...    those SOURCES that are compiled with -O2 in every preset
#   SMALL <file>...        those SOURCES whose speed does not matter, compiled for size in releases
#   COLD                   the same for all SOURCES
#   EXCEPTIONS)            this module throws or catches (only where a dependency forces it)
#
# Headers of the module are reachable as "<name>/x.hpp", through a folder of the build tree that
# holds nothing but a link to the module, and only by targets that list the module in USES (or use
# one that does). An include across the layers is therefore a compile error. A slash in the name is
# a folder: jit/x64 is the target zwasm_jit_x64 with headers "jit/x64/x.hpp".
function(zwasm_module name)
  cmake_parse_arguments(ARG "COLD;EXCEPTIONS" "" "SOURCES;USES;TESTS;TEST_USES;OPTIMIZED;SMALL" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "zwasm_module(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  string(REPLACE "/" "_" flat ${name})
  set(target zwasm_${flat})

  set(view ${PROJECT_BINARY_DIR}/headers/${flat})
  get_filename_component(view_parent ${view}/${name} DIRECTORY)
  file(MAKE_DIRECTORY ${view_parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)

  zwasm_module_targets(uses ${ARG_USES})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_include_directories(${target} PUBLIC ${view})
    target_link_libraries(${target} PUBLIC ${uses} PRIVATE zwasm_options)
    if(NOT ARG_EXCEPTIONS)
      # Nothing unwinds through these functions, so a release needs no tables for it.
      target_compile_options(${target} PRIVATE -fno-exceptions
        $<$<CONFIG:Release>:-fno-unwind-tables -fno-asynchronous-unwind-tables>)
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${view})
    target_link_libraries(${target} INTERFACE ${uses})
  endif()
  if(ARG_COLD)
    set(ARG_SMALL ${ARG_SOURCES})
  endif()
  if(ARG_SMALL AND CMAKE_BUILD_TYPE STREQUAL "Release")
    zwasm_size_option(small)
    set_property(SOURCE ${ARG_SMALL} APPEND PROPERTY COMPILE_OPTIONS ${small})
  endif()
  if(ARG_OPTIMIZED)
    set_property(SOURCE ${ARG_OPTIMIZED} APPEND PROPERTY COMPILE_OPTIONS -O2)
  endif()
  set_property(GLOBAL APPEND PROPERTY ZWASM_MODULES ${flat})
  set_property(GLOBAL PROPERTY ZWASM_USES_${flat} ${ARG_USES} ${ARG_TEST_USES})

  if(ARG_TESTS AND ZWASM_UNIT_TESTS)
    zwasm_module_targets(test_uses ${ARG_TEST_USES})
    add_executable(${target}_tests ${ARG_TESTS})
    target_link_libraries(${target}_tests
      PRIVATE ${target} ${test_uses} zwasm_test_main zwasm_options)
    add_dependencies(zwasm_unit_tests ${target}_tests)
    # An emulator would need minutes for the suite "long".
    add_test(NAME unit.${name}
      COMMAND ${target}_tests $<$<BOOL:${CMAKE_CROSSCOMPILING}>:--test-suite-exclude=long>
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} COMMAND_EXPAND_LISTS)
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 300
      ENVIRONMENT "ZWASM_TESTDATA=${ZWASM_TESTDATA_FOLDER}")
  endif()
endfunction()

# zwasm_program(<target> SOURCES <file>... USES <module>...): a program of the product, linked the way
# releases are (statically when ZWASM_STATIC), at the root of the build folder.
function(zwasm_program target)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  zwasm_module_targets(uses ${ARG_USES})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${uses} zwasm_options)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  if(ZWASM_STATIC AND NOT ZWASM_SANITIZE)
    if(ZWASM_PIE)
      target_link_options(${target} PRIVATE -static-pie ${ZWASM_PACKED_RELOCATIONS})
    else()
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_link_options(${target} PRIVATE -static)
    endif()
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
      zwasm_c_library_without_unwind_tables(folder)
      if(folder)
        target_link_options(${target} PRIVATE -L${folder})
      endif()
    endif()
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # Shipped without symbols; <target>.symbols keeps them for profilers and tools/size-report.
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.symbols
      COMMAND ${CMAKE_STRIP} --strip-all $<TARGET_FILE:${target}>
      BYPRODUCTS ${PROJECT_BINARY_DIR}/${target}.symbols)
  endif()
endfunction()

# Sets `out` to a folder with a copy of the C library that has no unwind tables, or to nothing if it
# cannot be made. No exception goes through functions of the C library, and their tables would be 3%
# of the program.
function(zwasm_c_library_without_unwind_tables out)
  set(folder ${PROJECT_BINARY_DIR}/libc)
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libc.a
    OUTPUT_VARIABLE library OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND ${CMAKE_OBJCOPY} --remove-section=.eh_frame ${library} ${folder}/libc.a
    RESULT_VARIABLE failed ERROR_QUIET)
  if(failed)
    set(folder)
  endif()
  set(${out} ${folder} PARENT_SCOPE)
endfunction()

# Sets `out` to the compiler's option for small code.
function(zwasm_size_option out)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(${out} -Oz PARENT_SCOPE)
  else()
    set(${out} -Os PARENT_SCOPE)
  endif()
endfunction()

# Sets `out` to the target names of the modules named after it, but for those that this build leaves
# out.
function(zwasm_module_targets out)
  set(targets ${ARGN})
  list(REMOVE_ITEM targets ${ZWASM_ABSENT_MODULES})
  list(TRANSFORM targets REPLACE "/" "_")
  list(TRANSFORM targets PREPEND zwasm_)
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# To be called after the last zwasm_module: a name in USES that is no module is an error here, and
# not a missing library at link time.
function(zwasm_check_modules)
  get_property(modules GLOBAL PROPERTY ZWASM_MODULES)
  foreach(module IN LISTS modules)
    get_property(uses GLOBAL PROPERTY ZWASM_USES_${module})
    zwasm_module_targets(targets ${uses})
    foreach(target IN LISTS targets)
      if(NOT TARGET ${target})
        message(SEND_ERROR "module ${module} uses ${target}, which is no module of this build")
      endif()
    endforeach()
  endforeach()
endfunction()
