// Old, new, ratio.
#include "cli/bench/bench_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "analysis/text_table.h"
#include "awd/error.h"
#include "io/machine_info.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void differ(const std::string& file, const std::string& key, const Json& expected, const Json& found) {
  throw Error(file, fmt::format("{}: expected {} as in this call, got {}", key, expected.dump(), found.dump()));
}

/// The earlier median of a stage, 0 where there is none.
double median_of(const Json& earlier, const std::string& stage) {
  const Json& stages = earlier["latency_ms"];
  const auto found = stages.find(stage);
  return found != stages.end() && found->is_object() && found->contains("p50") && (*found)["p50"].is_number()
             ? (*found)["p50"].get<double>()
             : 0;
}

/// The value under a key as text, "unknown" where there is none.
std::string word_at(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key)) return "unknown";
  const Json& value = json[key];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string note_on(const char* what, const std::string& before, const std::string& now) {
  return before == now ? "" : fmt::format("note: {} differ: {} before, {} now\n", what, before, now);
}

}  // namespace

nlohmann::ordered_json read_bench_json(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw Error(file, "expected a file written by awd bench --json, got none that can be read");
  Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  const bool fits = json.is_object() && json.contains("format") && json["format"] == kBenchFormat &&
                    json.contains("geometry") && json["geometry"].is_object() && json.contains("dtype") &&
                    json.contains("machine") && json.contains("latency_ms") && json["latency_ms"].is_object();
  if (!fits) throw Error(file, fmt::format("expected results of awd bench ({}), got something else", kBenchFormat));
  return json;
}

void check_comparable(const nlohmann::ordered_json& earlier, const BenchShape& shape, EngineDtype dtype,
                      const std::string& file) {
  const Json geometry = geometry_json(shape);
  for (const auto& [key, value] : geometry.items()) {
    const auto found = earlier["geometry"].find(key);
    const Json before = found == earlier["geometry"].end() ? Json() : *found;
    if (before != value) differ(file, key, value, before);
  }
  const Json now = std::string(word_of(dtype));
  if (earlier["dtype"] != now) differ(file, "dtype", now, earlier["dtype"]);
}

std::string compare_text(const nlohmann::ordered_json& earlier, const BenchResult& result) {
  TextTable table;
  table.columns = {{"stage", true}, {"old p50 ms", false}, {"new p50 ms", false}, {"old / new", false}};
  for (const StageResult& stage : result.stages) {
    const double before = median_of(earlier, stage.name);
    if (before <= 0 || stage.ms.p50 <= 0) continue;
    table.rows.push_back({stage.name, fmt::format("{:.4g}", before), fmt::format("{:.4g}", stage.ms.p50),
                          fmt::format("{:.3f}", before / stage.ms.p50)});
  }
  return table.render() + note_on("machines", word_at(earlier["machine"], "cpu"), machine_info().cpu) +
         note_on("threads", word_at(earlier, "threads"), fmt::format("{}", result.threads));
}

}  // namespace awd::cli
