// Keeps the base picture of the step before the window and shows it, or grey, for as long as the window lasts.
#include "sim/scenario/occluded_motion.h"

#include <algorithm>

#include "base/check.h"
#include "base/rng.h"

namespace awd::sim {
namespace {

constexpr int kBase = 0;              // index into kCameraNames
constexpr std::uint8_t kGrey = 0x60;  // level of a dark, even cover

}  // namespace

OccludedMotion::OccludedMotion(const Options& options, std::uint64_t seed) : options_(options) {
  Rng rng(seed);
  begin_ = options.earliest + rng.index(std::max(options.latest - options.earliest, 0) + 1);
}

void OccludedMotion::edit_pictures(std::span<MutablePicture> pictures, int step) {
  const MutablePicture& base = pictures[kBase];
  const std::size_t bytes = std::size_t(base.height) * base.width * 3;
  if (step == begin_ - 1) last_.assign(base.rgb, base.rgb + bytes);
  if (step < begin_ || step >= begin_ + options_.steps) return;
  if (options_.picture == Occlusion::kCover) {
    std::fill_n(base.rgb, bytes, kGrey);
    return;
  }
  AWD_CHECK(last_.size() == bytes, "held {} picture {}", last_.size(), bytes);
  std::ranges::copy(last_, base.rgb);
}

}  // namespace awd::sim
