// fp8_scales.json: {"format", "policy", "llm": {"width", "mlp"}, "samples", "layers": [{"normed", "hidden"}, ...]}.
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
  const nlohmann::json& layers = fields.field("layers");
  const std::size_t expected = std::size_t(config.llm.depth - 1);
  if (!layers.is_array() || layers.size() != expected) {
    fields.fail("layers", fmt::format("{} layers as in the policy", expected),
                layers.is_array() ? fmt::format("{}", layers.size()) : layers.dump());
  }
  Fp8Ranges ranges{.samples = fields.integer("samples", 1, 1 << 30), .layers = {}};
  for (std::size_t i = 0; i < expected; ++i) {
    if (!layers[i].is_object()) fields.fail("layers", "objects", layers[i].dump());
    const JsonFields layer(file, layers[i], fmt::format("layers[{}].", i));
    ranges.layers.push_back({.normed = read_range(layer, "normed"), .hidden = read_range(layer, "hidden")});
  }
  return ranges;
}

void write_fp8_ranges(const std::string& file, const ModelConfig& config, const Fp8Ranges& ranges) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const MlpRange& range : ranges.layers) layers.push_back({{"normed", range.normed}, {"hidden", range.hidden}});
  const nlohmann::ordered_json json{{"format", kFormat},
                                    {"policy", config.name},
                                    {"llm", {{"width", config.llm.width}, {"mlp", config.llm.mlp}}},
                                    {"samples", ranges.samples},
                                    {"layers", layers}};
  std::ofstream stream(file);
  stream << json.dump(2) << "\n";
  stream.close();
  if (!stream) throw Error(file, "expected a file that can be written, got an error");
}

}  // namespace awd
