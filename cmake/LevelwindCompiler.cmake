# Compiler settings shared by every target: warnings, sanitizers, hardening, ccache.
find_program(LEVELWIND_CCACHE ccache)
if(LEVELWIND_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${LEVELWIND_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEVELWIND_CCACHE})
endif()

add_library(levelwind_options INTERFACE)
target_include_directories(levelwind_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(levelwind_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wimplicit-fallthrough -fstack-protector-strong)
if(LEVELWIND_WERROR)
  target_compile_options(levelwind_options INTERFACE -Werror)
endif()
if(LEVELWIND_CRASH_POINTS)
  target_compile_definitions(levelwind_options INTERFACE LEVELWIND_CRASH_POINTS=1)
endif()
if(LEVELWIND_SANITIZE)
  target_compile_options(levelwind_options INTERFACE
    -fsanitize=${LEVELWIND_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  # libstdc++'s own error categories hide their types, which Clang's check of dynamic types takes for a fault.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND LEVELWIND_SANITIZE MATCHES "undefined")
    target_compile_options(levelwind_options INTERFACE -fno-sanitize=vptr)
  endif()
  # What only tests run (lw_compile_cheaply) needs no fuzzer's coverage and no second null check: the
  # address sanitizer stops at a null pointer anyway, and instrumenting GoogleTest's macros takes long.
  if(LEVELWIND_SANITIZE MATCHES "fuzzer")
    target_compile_options(levelwind_options INTERFACE
      $<$<BOOL:$<TARGET_PROPERTY:LEVELWIND_TEST_CODE>>:-fno-sanitize=fuzzer-no-link,null,alignment>)
  endif()
  target_link_options(levelwind_options INTERFACE -fsanitize=${LEVELWIND_SANITIZE})
  if(LEVELWIND_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not know fences (GCC warns of each); Asio's mutexes order its handlers without.
    target_compile_definitions(levelwind_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
else()
  # FORTIFY needs optimisation, and the sanitizers bring their own checks.
  target_compile_definitions(levelwind_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2> _GLIBCXX_ASSERTIONS)
endif()
