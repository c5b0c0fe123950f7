# lw_add_module(NAME DEPENDS lib...)
#   One folder, one static library called lw_<name>, made of every .cc file below the folder (except
#   main.cc), so that a file that exists is a file that is built.
function(lw_add_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc *.h)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(NOT sources)
    message(WARNING "lw_${name} has no source yet")
    add_library(lw_${name} INTERFACE)
    return()
  endif()
  add_library(lw_${name} STATIC ${sources})
  set_target_properties(lw_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(lw_${name} PUBLIC levelwind_options ${ARG_DEPENDS}
                                   PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(NOT name STREQUAL "base")  # it alone is compiled with RE2's -pthread
    lw_precompile(lw_${name} code)
  endif()
endfunction()

# lw_compile_cheaply(TARGET)
#   For code that only tests run: its machine code is run once, so that optimising it costs more than it
#   saves (GoogleTest's macros make a third of a test file's compile time at -O2).
function(lw_compile_cheaply target)
  set_target_properties(${target} PROPERTIES LEVELWIND_TEST_CODE ON)
  if(LEVELWIND_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# lw_add_tests(NAME LABEL unit|sim|integration DEPENDS lib... [SERIAL] [ONE_THREAD])
#   Every *_test.cc of the calling folder becomes part of one GoogleTest program <name>_test.
#   unit tests are run case by case by ctest; sim and integration programs as a whole, since their
#   cases share one cluster.
function(lw_add_tests name)
  cmake_parse_arguments(ARG "SERIAL;ONE_THREAD" "LABEL;TIMEOUT" "DEPENDS" ${ARGN})
  # What never has a second thread has nothing to tell the thread sanitizer.
  if(ARG_ONE_THREAD AND LEVELWIND_SANITIZE STREQUAL "thread")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS *.cc *.h)
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE levelwind_options ${ARG_DEPENDS} lw_test_support
                                             GTest::gmock lw_test_main)
  lw_compile_cheaply(${name}_test)
  lw_precompile(${name}_test test)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # tests_unit, tests_sim, tests_integration: all programs of a label, without the rest of the tree.
  if(NOT TARGET tests_${ARG_LABEL})
    add_custom_target(tests_${ARG_LABEL})
  endif()
  add_dependencies(tests_${ARG_LABEL} ${name}_test)
  add_test(NAME ${name} COMMAND ${name}_test)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
  if(ARG_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
