// The two rules that nlohmann's parser lacks, through its callback.
#include "io/strict_json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

#include "awd/error.h"

namespace awd {

nlohmann::json parse_strict_json(std::string_view text, const std::string& where) {
  using nlohmann::json;
  using Event = json::parse_event_t;
  constexpr int kMaxDepth = 64;
  std::vector<std::set<std::string>> keys;  // of every object that is still open
  const auto check = [&](int depth, Event event, json& parsed) {
    if ((event == Event::object_start || event == Event::array_start) && depth >= kMaxDepth) {
      throw Error(where, fmt::format("expected JSON of at most {} levels, got more", kMaxDepth));
    }
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(where, fmt::format("expected every key once, got \"{}\" twice", parsed.get<std::string>()));
    }
    return true;
  };
  return json::parse(text, check, /*allow_exceptions=*/false);
}

}  // namespace awd
