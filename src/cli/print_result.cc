// Standard output belongs to the JSON where that is asked for.
#include "cli/print_result.h"

#include <fmt/format.h>

#include <cstdio>

#include "io/run_directory.h"

namespace awd::cli {

void print_result(std::string_view text, std::string_view results, const std::string& json) {
  const bool is_json_printed = json == "-";
  fmt::print(is_json_printed ? stderr : stdout, "{}", text);
  if (is_json_printed) {
    fmt::print("{}", results);
  } else if (!json.empty()) {
    write_file_atomically(json, results);
  }
}

}  // namespace awd::cli
