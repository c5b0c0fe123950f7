# Precompiled standard headers: a quarter to a third of a cold build's time is reading them. They hide a missing
# #include and ccache cannot keep what they touch, so that this is off but in .ci/run, where nothing is cached (ON).
# TESTS has them for the tests alone, so that the includes of what is shipped are proved.
set(lw_precompile_default OFF)
if(DEFINED ENV{LEVELWIND_PRECOMPILE})
  set(lw_precompile_default $ENV{LEVELWIND_PRECOMPILE})
endif()
set(LEVELWIND_PRECOMPILE ${lw_precompile_default} CACHE STRING "Precompile the standard headers: OFF, TESTS or ON")
set_property(CACHE LEVELWIND_PRECOMPILE PROPERTY STRINGS OFF TESTS ON)

set(lw_code_headers <algorithm> <array> <chrono> <cmath> <cstddef> <cstdint> <functional> <limits> <map>
                    <memory> <optional> <set> <span> <string> <string_view> <tuple> <utility> <vector>
                    <fmt/format.h>)
set(lw_test_headers ${lw_code_headers} <atomic> <fstream> <random> <sstream> <thread> <gmock/gmock.h> <gtest/gtest.h>)

# lw_precompile(TARGET code|test): TARGET gets them, if they are wanted. It must link lw_base.
function(lw_precompile target kind)
  if(NOT LEVELWIND_PRECOMPILE OR (LEVELWIND_PRECOMPILE STREQUAL "TESTS" AND NOT kind STREQUAL "test"))
    return()
  endif()
  if(NOT TARGET lw_precompiled_${kind})
    set(source ${CMAKE_BINARY_DIR}/precompiled_${kind}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    add_library(lw_precompiled_${kind} OBJECT ${source})
    target_link_libraries(lw_precompiled_${kind} PRIVATE levelwind_options fmt::fmt spdlog::spdlog Threads::Threads)
    if(kind STREQUAL "test")
      target_link_libraries(lw_precompiled_test PRIVATE GTest::gmock)
      lw_compile_cheaply(lw_precompiled_test)
    endif()
    target_precompile_headers(lw_precompiled_${kind} PRIVATE ${lw_${kind}_headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM lw_precompiled_${kind})
  # GCC forgets that a precompiled header is a system's, and then tells what its optimiser suspects in there.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                                             -Wno-stringop-overread -Wno-maybe-uninitialized)
  endif()
endfunction()
