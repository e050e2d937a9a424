// fp8_scales.json: {"format", "policy", "llm": {"width", "mlp"}, "samples", "layers": [{"normed", "hidden"}, ...],
// "expert": {"width", "mlp", "layers": [...]}}. The layers outside of "expert" are the prefix'.
#include "engine/fp8_ranges.h"

#include <cmath>
#include <fstream>

#include "engine/json_file.h"

namespace awd {
namespace {

constexpr const char* kFormat = "awd-fp8-scales-1";

float read_range(const JsonFields& fields, const char* name) {
  const double value = fields.number_or(name, 0);
  if (!(value > 0 && value < 1e30)) fields.fail(name, "a positive number", fmt::format("{}", value));
  return float(value);
}

/// Field "layers".
std::vector<MlpRange> read_layers(const JsonFields& fields, int expected) {
  const std::vector<JsonFields> stored = fields.objects("layers");
  if (int(stored.size()) != expected) {
    fields.fail("layers", fmt::format("{} layers as in the policy", expected), fmt::format("{}", stored.size()));
  }
  std::vector<MlpRange> layers;
  layers.reserve(stored.size());
  for (const JsonFields& layer : stored) {
    layers.push_back({.normed = read_range(layer, "normed"), .hidden = read_range(layer, "hidden")});
  }
  return layers;
}

nlohmann::ordered_json layers_json(const std::vector<MlpRange>& ranges) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const MlpRange& range : ranges) layers.push_back({{"normed", range.normed}, {"hidden", range.hidden}});
  return layers;
}

void require_size(const JsonFields& fields, const char* name, int expected) {
  const int got = fields.integer(name, 1, 1 << 20);
  if (got != expected) fields.fail(name, fmt::format("{} as in the policy", expected), fmt::format("{}", got));
}

}  // namespace

Fp8Ranges read_fp8_ranges(const std::string& file, const ModelConfig& config) {
  const nlohmann::json json = read_json_object(file);
  const JsonFields fields(file, json);
  if (fields.text_or("format", "none") != kFormat) fields.fail("format", kFormat, fields.text_or("format", "none"));
  const JsonFields llm = fields.object("llm");
  require_size(llm, "width", config.llm.width);
  require_size(llm, "mlp", config.llm.mlp);
  Fp8Ranges ranges;
  ranges.samples = fields.integer("samples", 1, 1 << 30);
  ranges.prefix = read_layers(fields, config.llm.depth - 1);
  if (!fields.has("expert")) return ranges;
  const JsonFields expert = fields.object("expert");
  require_size(expert, "width", config.expert.width);
  require_size(expert, "mlp", config.expert.mlp);
  ranges.expert = read_layers(expert, config.llm.depth);
  return ranges;
}

void write_fp8_ranges(const std::string& file, const ModelConfig& config, const Fp8Ranges& ranges) {
  nlohmann::ordered_json json{{"format", kFormat},
                              {"policy", config.name},
                              {"llm", {{"width", config.llm.width}, {"mlp", config.llm.mlp}}},
                              {"samples", ranges.samples},
                              {"layers", layers_json(ranges.prefix)}};
  if (!ranges.expert.empty()) {
    json["expert"] = {
        {"width", config.expert.width}, {"mlp", config.expert.mlp}, {"layers", layers_json(ranges.expert)}};
  }
  std::ofstream stream(file);
  stream << json.dump(2) << "\n";
  stream.close();
  if (!stream) throw Error(file, "expected a file that can be written, got an error");
}

}  // namespace awd
