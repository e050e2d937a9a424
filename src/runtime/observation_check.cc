// Compares one observation with what the policy says it expects: cameras, picture size, state length, finite numbers.
#include "runtime/observation_check.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "awd/error.h"

namespace awd {
namespace {

void check_cameras(std::span<const ImageView> cameras, const PolicyInfo& info) {
  if (cameras.size() != info.cameras.size()) {
    throw Error("observation", fmt::format("cameras: expected {} ({}), got {}", info.cameras.size(),
                                           fmt::join(info.cameras, ", "), cameras.size()));
  }
  int present = 0;
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    const ImageView& view = cameras[c];
    if (view.empty()) continue;
    ++present;
    if (view.height != info.image_size || view.width != info.image_size) {
      throw Error("observation",
                  fmt::format("camera {}: expected {} x {} pixels, got {} x {} (height x width)", info.cameras[c],
                              info.image_size, info.image_size, view.height, view.width));
    }
  }
  if (present == 0) throw Error("observation", "cameras: expected at least one picture, got none");
}

}  // namespace

void check_finite(std::span<const float> values, std::string_view field) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw Error("observation", fmt::format("{}[{}]: expected a finite number, got {}", field, i, values[i]));
    }
  }
}

void check_observation(const Observation& observation, const PolicyInfo& info) {
  check_cameras(observation.cameras, info);
  if (int(observation.state.size()) != info.state_dim) {
    throw Error("observation",
                fmt::format("state: expected {} values, got {}", info.state_dim, observation.state.size()));
  }
  check_finite(observation.state, "state");
  check_finite(observation.joints, "joints");
}

}  // namespace awd
