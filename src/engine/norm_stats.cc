// Reads norm_stats.json and maps states and actions by it.
#include "engine/norm_stats.h"

#include <cmath>

#include "base/check.h"
#include "engine/json_file.h"

namespace awd {
namespace {

constexpr double kEpsilon = 1e-6;  // openpi adds it to every divisor

std::vector<double> read_list(const JsonFields& fields, const std::string& name, int dim) {
  const auto& list = fields.field(name);
  const std::string expected = fmt::format("at least {} numbers", dim);
  if (!list.is_array() || int(list.size()) < dim) fields.fail(name, expected, list.dump());
  std::vector<double> values;
  for (int i = 0; i < dim; ++i) {
    if (!list[i].is_number() || !std::isfinite(list[i].get<double>())) fields.fail(name, expected, list.dump());
    values.push_back(list[i]);
  }
  return values;
}

AffineStats read_stats(const JsonFields& fields, Variant variant, int dim) {
  const bool by_quantile = variant == Variant::kPi05;
  const std::vector<double> low = read_list(fields, by_quantile ? "q01" : "mean", dim);
  const std::vector<double> high = read_list(fields, by_quantile ? "q99" : "std", dim);
  AffineStats stats;
  for (int i = 0; i < dim; ++i) {
    // Quantiles: (x - q01) / (q99 - q01 + e) * 2 - 1 is the same as (x - middle) / half with half = (q99 - q01 + e)
    // / 2.
    const double spread = by_quantile ? (high[i] - low[i] + kEpsilon) / 2 : high[i] + kEpsilon;
    if (spread <= 0) fields.fail(by_quantile ? "q99" : "std", "a positive spread", std::to_string(spread));
    stats.offset.push_back(by_quantile ? low[i] + spread : low[i]);
    stats.to_model.push_back(1.0 / spread);
    stats.to_robot.push_back(spread);
  }
  return stats;
}

}  // namespace

NormStats load_norm_stats(const std::string& path, const ModelConfig& config) {
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields = JsonFields(path, json).object("norm_stats");
  return {.state = read_stats(fields.object("state"), config.variant, config.state_dim),
          .actions = read_stats(fields.object("actions"), config.variant, config.action_dim)};
}

void normalise(const AffineStats& stats, std::span<const float> robot, std::span<float> out) {
  AWD_CHECK(robot.size() == stats.offset.size() && out.size() == robot.size());
  for (std::size_t i = 0; i < robot.size(); ++i) {
    out[i] = static_cast<float>((double(robot[i]) - stats.offset[i]) * stats.to_model[i]);
  }
}

void unnormalise(const AffineStats& stats, std::span<const float> model, int model_dim, std::span<float> robot) {
  const std::size_t dim = stats.offset.size();
  const std::size_t rows = model.size() / std::size_t(model_dim);
  AWD_CHECK(robot.size() == rows * dim && std::size_t(model_dim) >= dim);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < dim; ++i) {
      const double value = double(model[r * std::size_t(model_dim) + i]) * stats.to_robot[i] + stats.offset[i];
      robot[r * dim + i] = static_cast<float>(value);
    }
  }
}

}  // namespace awd
