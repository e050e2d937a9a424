// Any bytes as norm_stats.json, for both variants: refused with one line, or finite maps of the robot's sizes.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "engine/norm_stats.h"
#include "target.h"

namespace awd::fuzz {
namespace {

void check_stats(const AffineStats& stats, int dim) {
  for (const std::vector<double>* list : {&stats.offset, &stats.to_model, &stats.to_robot}) {
    AWD_CHECK(int(list->size()) == dim);
    AWD_CHECK(std::ranges::all_of(*list, [](double value) { return std::isfinite(value); }));
  }
}

}  // namespace
}  // namespace awd::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  static const fuzz::InputFolder folder;
  const std::string path = folder.write("norm_stats.json", {data, size});
  for (const Variant variant : {Variant::kPi0, Variant::kPi05}) {
    ModelConfig config;
    config.variant = variant;
    config.state_dim = config.model_state_dim = 2;
    config.action_dim = config.model_action_dim = 3;
    fuzz::read_untrusted([&] {
      const NormStats stats = load_norm_stats(path, config);
      fuzz::check_stats(stats.state, config.state_dim);
      fuzz::check_stats(stats.actions, config.action_dim);
    });
  }
  return 0;
}
