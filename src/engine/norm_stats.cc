// Reads norm_stats.json; statistics of every convention as affine maps.
#include "engine/norm_stats.h"

#include <cmath>

#include "base/check.h"
#include "engine/json_file.h"

namespace awd {
namespace {

/// Names of the two lists that a variant of the model is normalised by.
struct StatNames {
  const char *low, *high;
};
StatNames names_of(Variant variant) {
  return variant == Variant::kPi05 ? StatNames{"q01", "q99"} : StatNames{"mean", "std"};
}

std::vector<double> read_list(const JsonFields& fields, const std::string& name, int dim) {
  const auto& list = fields.field(name);
  const std::string expected = fmt::format("at least {} numbers", dim);
  if (!list.is_array() || int(list.size()) < dim) fields.fail(name, expected, list.dump());
  std::vector<double> values;
  for (int i = 0; i < dim; ++i) {
    if (!list[std::size_t(i)].is_number()) fields.fail(name, expected, list.dump());
    values.push_back(list[std::size_t(i)]);
  }
  return values;
}

AffineStats read_stats(const JsonFields& fields, Variant variant, int dim) {
  const StatNames names = names_of(variant);
  const bool is_range = variant == Variant::kPi05;
  const std::vector<double> low = read_list(fields, names.low, dim);
  const std::vector<double> high = read_list(fields, names.high, dim);
  const std::string problem = stats_problem(low, high, is_range);
  if (!problem.empty()) fields.fail(names.high, problem);
  return is_range ? range_stats(low, high, kOpenpiNorm) : mean_std_stats(low, high, kOpenpiNorm);
}

}  // namespace

std::string stats_problem(std::span<const double> low_or_mean, std::span<const double> high_or_std, bool is_range) {
  constexpr double kLargest = 1e30;  // far above any robot's units; sums and inverses of what is below stay finite
  AWD_CHECK(low_or_mean.size() == high_or_std.size());
  for (std::size_t i = 0; i < low_or_mean.size(); ++i) {
    for (const double value : {low_or_mean[i], high_or_std[i]}) {
      if (!(std::abs(value) <= kLargest)) return fmt::format("expected a finite number at {}, got {}", i, value);
    }
    const double spread = is_range ? high_or_std[i] - low_or_mean[i] : high_or_std[i];
    if (spread < 0) return fmt::format("expected a positive spread at {}, got {}", i, spread);
  }
  return "";
}

AffineStats mean_std_stats(std::span<const double> mean, std::span<const double> std,
                           const NormConvention& convention) {
  AffineStats stats;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    stats.offset.push_back(mean[i]);
    stats.to_model.push_back(1.0 / (std[i] + convention.added_to_model));
    stats.to_robot.push_back(std[i] + convention.added_to_robot);
  }
  return stats;
}

AffineStats range_stats(std::span<const double> low, std::span<const double> high, const NormConvention& convention) {
  AffineStats stats;
  for (std::size_t i = 0; i < low.size(); ++i) {
    // (x - low) / range * 2 - 1 is the same as (x - middle) / half. Both ways share the middle, so a convention adds
    // the same to the range on both.
    AWD_CHECK(convention.added_to_model == convention.added_to_robot);
    double range = high[i] - low[i] + convention.added_to_model;
    if (range == 0) range = convention.instead_of_zero;
    stats.offset.push_back(low[i] + range / 2);
    stats.to_model.push_back(2 / range);
    stats.to_robot.push_back(range / 2);
  }
  return stats;
}

AffineStats identity_stats(int dim) {
  const auto all = [dim](double value) { return std::vector<double>(std::size_t(dim), value); };
  return {.offset = all(0), .to_model = all(1), .to_robot = all(1)};
}

NormStats load_norm_stats(const std::string& path, const ModelConfig& config) {
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields = JsonFields(path, json).object("norm_stats");
  return {.state = read_stats(fields.object("state"), config.variant, config.state_dim),
          .actions = read_stats(fields.object("actions"), config.variant, config.action_dim)};
}

NormDims norm_stats_dims(const std::string& path, Variant variant) {
  const nlohmann::json json = read_json_object(path);
  const JsonFields fields = JsonFields(path, json).object("norm_stats");
  const auto size = [&](const char* feature) {
    const JsonFields stats = fields.object(feature);
    const auto& list = stats.field(names_of(variant).low);
    if (!list.is_array() || list.empty()) stats.fail(names_of(variant).low, "a list of numbers", list.dump());
    return int(list.size());
  };
  return {.state = size("state"), .actions = size("actions")};
}

}  // namespace awd
