// AWD_CHECK: our own bug. Always on, prints the failed condition with values and aborts.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace awd::internal {
[[noreturn]] inline void check_failed(const char* file, int line, const char* condition, const std::string& detail) {
  std::fprintf(stderr, "%s:%d: check failed: %s %s\n", file, line, condition, detail.c_str());
  std::abort();
}
}  // namespace awd::internal

/// AWD_CHECK(cond) or AWD_CHECK(cond, "rows {} cols {}", rows, cols).
#define AWD_CHECK(condition, ...)                                                                                   \
  do {                                                                                                              \
    if (!(condition)) ::awd::internal::check_failed(__FILE__, __LINE__, #condition, ::fmt::format("" __VA_ARGS__)); \
  } while (false)
