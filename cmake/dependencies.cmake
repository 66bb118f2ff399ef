# Third-party code. Each dependency is used as installed when it is found; otherwise it comes from
# ZWASM_DEPS, which tools/fetch-deps fills with pinned versions (the configure step runs it).
set(ZWASM_DEPS "$ENV{ZWASM_DEPS}" CACHE PATH "Folder of the fetched dependencies")
if(NOT ZWASM_DEPS)
  set(ZWASM_DEPS ${PROJECT_SOURCE_DIR}/build/deps CACHE PATH "" FORCE)
endif()
option(ZWASM_FETCH "Fetch dependencies that are not installed" ON)

# zwasm_find_header(<variable> <header> <dependency>): the include folder that has the header, in
# the system or in ZWASM_DEPS, fetching the dependency once if it is in neither. Standard include
# folders are not searched when cross compiling, so a fetched or installed header-only library is
# taken from the host all the same.
function(zwasm_find_header variable header dependency)
  foreach(attempt RANGE 1)
    find_path(${variable} ${header}
      PATHS ${ZWASM_DEPS}/${dependency}/usr/include ${ZWASM_DEPS}/${dependency}/include
            ${ZWASM_DEPS}/${dependency} /usr/include /usr/local/include
      NO_CMAKE_FIND_ROOT_PATH)
    if(${variable} OR attempt OR NOT ZWASM_FETCH)
      break()
    endif()
    zwasm_fetch(${dependency})
  endforeach()
  if(NOT ${variable})
    message(FATAL_ERROR "${header} not found: install it, or run tools/fetch-deps ${dependency}")
  endif()
  set(${variable} ${${variable}} PARENT_SCOPE)
endfunction()

function(zwasm_fetch dependency)
  message(STATUS "Fetching ${dependency} into ${ZWASM_DEPS}")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env ZWASM_DEPS=${ZWASM_DEPS}
            ${PROJECT_SOURCE_DIR}/tools/fetch-deps ${dependency}
    RESULT_VARIABLE status)
  if(status)
    message(STATUS "tools/fetch-deps ${dependency} failed (${status})")
  endif()
endfunction()

# A header-only dependency as an imported target without warnings of its own. Its folder is linked
# into the build tree alone, so that nothing else of /usr/include comes with it (which would mix the
# host's headers into a cross build).
function(zwasm_header_library target include_folder package)
  set(view ${PROJECT_BINARY_DIR}/headers/${target})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${include_folder}/${package} ${view}/${package} SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${view})
endfunction()

if(ZWASM_TESTS)
  zwasm_find_header(ZWASM_DOCTEST_INCLUDE doctest/doctest.h doctest)
  zwasm_header_library(zwasm_doctest ${ZWASM_DOCTEST_INCLUDE} doctest)
endif()

zwasm_find_header(ZWASM_CLI11_INCLUDE CLI/CLI.hpp cli11)
zwasm_header_library(zwasm_cli11 ${ZWASM_CLI11_INCLUDE} CLI)
