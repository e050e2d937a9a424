// Reads run.json with one message for whatever is wrong with it; compares results.json value by value.
#include "analysis/report/run_manifest_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "analysis/results_json.h"
#include "awd/error.h"

namespace awd::report {
namespace {

namespace fs = std::filesystem;

/// Differences that printing and reading a double cannot explain.
constexpr double kTolerance = 1e-9;

Json read_json(const fs::path& file, const char* expected) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string(), fmt::format("expected {}, got no such file", expected));
  Json json = Json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw Error(file.string(), fmt::format("expected {}, got no JSON object", expected));
  return json;
}

/// The limits that one arm's gate options put on scores.
std::map<std::string, double> limits_of(const Json& gate) {
  const std::string kind = gate.at("gate");
  if (kind == "awd") {
    return {{"state_drift", gate.at("state_threshold")}, {"weighted_drift", gate.at("drift_threshold")}};
  }
  if (kind == "cosine") return {{"cosine", gate.at("cosine_threshold")}};
  std::map<std::string, double> limits;
  if (kind != "signals") return limits;
  SignalLimits{}.visit([&](const Field& field, double&) {
    const auto found = gate.find(std::string(field.name));
    const double limit = found == gate.end() ? 0 : found->get<double>();
    const std::string signal(field.name.substr(std::string_view("max_").size()));
    if (limit <= 0) return;
    if (signal == "dissimilarity") {
      limits["cosine"] = 1 - limit;
    } else {
      limits[signal] = limit;
    }
  });
  return limits;
}

std::string shown(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Throws where `got` is not `expected`; keys that only one of them has are no difference: files of other versions may
/// have fewer or more.
void compare(const std::string& where, const std::string& path, const Json& expected, const Json& got) {
  if (expected.is_object() && got.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      if (got.contains(key)) compare(where, path.empty() ? key : fmt::format("{}.{}", path, key), value, got.at(key));
    }
    return;
  }
  if (expected.is_array() && got.is_array() && expected.size() == got.size()) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      compare(where, fmt::format("{}[{}]", path, i), expected[i], got[i]);
    }
    return;
  }
  const bool are_numbers = expected.is_number() && got.is_number();
  if (are_numbers) {
    const double a = expected.get<double>(), b = got.get<double>();
    if (std::abs(a - b) <= kTolerance * std::max(1.0, std::abs(a))) return;
  } else if (expected == got) {
    return;
  }
  throw Error(where, fmt::format("expected what the logs add up to, {} = {}, got {}", path,
                                 shown(expected).substr(0, 60), shown(got).substr(0, 60)));
}

void drop_latencies(Json& results) {
  if (!results.contains("arms")) return;
  for (Json& arm : results["arms"]) {
    if (arm.is_object()) arm.erase("latency_ms");
  }
}

}  // namespace

RunManifest read_run_manifest(const fs::path& folder, const std::string& expected_format) {
  const fs::path file = folder / "run.json";
  RunManifest manifest{.json = read_json(file, "the manifest of a finished run")};
  const Json format = manifest.json.value("format", Json());
  if (format != expected_format) {
    throw Error(file.string(), fmt::format("key \"format\": expected {}, got {}", expected_format, shown(format)));
  }
  try {
    const Json& policy = manifest.json.at("policy");
    manifest.cameras = policy.at("cameras").get<std::vector<std::string>>();
    for (const Json& scenario : manifest.json.at("scenarios")) manifest.scenarios.push_back(scenario.at("name"));
    for (const Json& arm : manifest.json.at("arms")) {
      manifest.arms.push_back({.name = arm.at("name"),
                               .policy = policy.at("name"),
                               .gate = arm.at("gate").at("gate"),
                               .mode = arm.at("reuse").at("mode")});
      manifest.limits[manifest.arms.back().name] = limits_of(arm.at("gate"));
    }
  } catch (const Json::exception& exception) {
    throw Error(file.string(), fmt::format("expected the keys of {}, got: {}", expected_format, exception.what()));
  }
  return manifest;
}

void expect_same_results(const fs::path& folder, std::span<const ArmSummary> arms, bool has_steps) {
  const fs::path file = folder / "results.json";
  Json got = read_json(file, "the results of a finished run");
  Json expected = Json::parse(results_json(arms));
  if (!has_steps) {
    drop_latencies(got);
    drop_latencies(expected);
  }
  if (!got.contains("arms")) throw Error(file.string(), "key \"arms\": expected an array, got none");
  compare(file.string(), "", expected, got);
}

}  // namespace awd::report
