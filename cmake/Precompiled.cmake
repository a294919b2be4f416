# One precompiled header for all rooms: what nearly every file includes. Beast is not in it: few files may pay for it.
file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "")
add_library(trinity_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(trinity_precompiled PUBLIC trinity_flags)
target_precompile_headers(
  trinity_precompiled
  PRIVATE
  <algorithm>
  <chrono>
  <expected>
  <functional>
  <map>
  <memory>
  <optional>
  <span>
  <string>
  <string_view>
  <unordered_map>
  <vector>
  <fmt/format.h>
  <boost/asio/awaitable.hpp>
  <boost/asio/co_spawn.hpp>
  <boost/asio/io_context.hpp>
  <boost/asio/post.hpp>
  <boost/asio/steady_timer.hpp>
  <boost/asio/use_awaitable.hpp>
  <boost/describe.hpp>
  <boost/json.hpp>)
