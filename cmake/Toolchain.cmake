# Compiler settings shared by everything: warnings are errors, one sanitizer at a time, fast linker and compiler cache where present.
option(TRINITY_TESTS "Build the unit tests" ON)
option(TRINITY_ONLY_AGENTD "Build only the daemon that lives in the agent image" OFF)
set(TRINITY_SANITIZE "" CACHE STRING "address, thread or fuzzer; empty for none")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1
                                  CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(trinity_flags INTERFACE)
target_compile_options(
  trinity_flags
  INTERFACE -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Woverloaded-virtual
            -Wimplicit-fallthrough -Werror
            # These warn about correct library code with coroutines in g++ 12.
            "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-mismatched-new-delete;-Wno-dangling-pointer>"
            # With -O2 it also sees out-of-bounds copies in std::string's own inlined code.
            "$<$<CONFIG:Release>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>"
            $<$<CXX_COMPILER_ID:GNU>:-fcoroutines> -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(
  trinity_flags INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                          BOOST_ASIO_DISABLE_BOOST_ARRAY $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_include_directories(trinity_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(TRINITY_SANITIZE STREQUAL "address")
  target_compile_options(trinity_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(trinity_flags INTERFACE -fsanitize=address,undefined)
elseif(TRINITY_SANITIZE STREQUAL "fuzzer")
  target_compile_options(trinity_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(trinity_flags INTERFACE -fsanitize=address,undefined)
elseif(TRINITY_SANITIZE STREQUAL "thread")
  # With its checks between them the compiler misreads the same inlined copies as in a release.
  target_compile_options(
    trinity_flags INTERFACE -fsanitize=thread -fno-omit-frame-pointer
                            "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
  target_link_options(trinity_flags INTERFACE -fsanitize=thread)
  target_compile_definitions(trinity_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(trinity_flags INTERFACE -fuse-ld=mold)
endif()
