# Tests other than a module's unit tests.

# The public suites: ZWASM_TESTDATA if it is set, else the folder `shared` beside the checkout, else
# what tools/fetch-testdata has fetched.
set(ZWASM_TESTDATA "$ENV{ZWASM_TESTDATA}" CACHE PATH "Folder of the public test suites")
set(testdata ${ZWASM_TESTDATA})
foreach(folder ${PROJECT_SOURCE_DIR}/../shared ${PROJECT_SOURCE_DIR}/build/testdata)
  if(NOT testdata AND IS_DIRECTORY ${folder}/spec)
    get_filename_component(testdata ${folder} ABSOLUTE)
  endif()
endforeach()
set(ZWASM_TESTDATA_FOLDER "${testdata}")

# wabt's tools cross-check our front end; without them those tests are skipped.
find_program(ZWASM_WASM2WAT wasm2wat PATHS ${ZWASM_DEPS}/wabt/usr/bin NO_CMAKE_FIND_ROOT_PATH)
if(NOT ZWASM_WASM2WAT AND ZWASM_FETCH AND ZWASM_TESTS)
  zwasm_fetch(wabt)
  find_program(ZWASM_WASM2WAT wasm2wat PATHS ${ZWASM_DEPS}/wabt/usr/bin NO_CMAKE_FIND_ROOT_PATH)
endif()
set(ZWASM_WABT_FOLDER "")
if(ZWASM_WASM2WAT)
  get_filename_component(ZWASM_WABT_FOLDER ${ZWASM_WASM2WAT} DIRECTORY)
endif()

# zwasm_test(<name> LABEL <label>... COMMAND <target or program> [<argument>...]
#            [NEEDS <folder of the test data>...] [TIMEOUT <seconds>])
# Registers a test, run from the source folder. Its environment has
#   ZWASM_TESTDATA  the folder of the public suites; empty without test data
#   ZWASM_WABT      the folder of wabt's programs; empty without them
#   ZWASM_CLI       the command that starts zwasm: its program, after the emulator in a cross build
# Exit code 77 means skipped; so does a folder in NEEDS that is not there, which the test then says.
function(zwasm_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABEL;COMMAND;NEEDS" ${ARGN})
  foreach(folder IN LISTS ARG_NEEDS)
    if(NOT ZWASM_TESTDATA_FOLDER OR NOT EXISTS ${ZWASM_TESTDATA_FOLDER}/${folder})
      set(ARG_COMMAND ${CMAKE_COMMAND} -E echo "skipped: no test data ${folder}")
    endif()
  endforeach()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  set(environment "ZWASM_TESTDATA=${ZWASM_TESTDATA_FOLDER}" "ZWASM_WABT=${ZWASM_WABT_FOLDER}")
  if(TARGET zwasm)
    list(APPEND environment "ZWASM_CLI=$<$<BOOL:${CMAKE_CROSSCOMPILING_EMULATOR}>:${CMAKE_CROSSCOMPILING_EMULATOR} >$<TARGET_FILE:zwasm>")
  endif()
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARG_LABEL}"
    TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "${environment}"
    SKIP_RETURN_CODE 77
    SKIP_REGULAR_EXPRESSION "^skipped: ")
endfunction()
