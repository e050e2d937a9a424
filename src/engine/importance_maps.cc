// Divides each camera's relevance by its sum.
#include "engine/importance_maps.h"

#include <numeric>

#include "base/check.h"

namespace awd {
namespace {
constexpr std::size_t kPatches = std::size_t(kPatchGrid) * std::size_t(kPatchGrid);
}

void fill_importance_maps(std::span<const float> relevance, const std::array<bool, kMaxCameras>& present, int cameras,
                          ImportanceMaps& maps) {
  maps.n_cameras = cameras;
  std::size_t first = 0;
  for (std::size_t camera = 0; camera < std::size_t(cameras); ++camera) {
    auto& map = maps.map[camera];
    map.fill(0.f);
    if (!present[camera]) continue;
    AWD_CHECK(first + kPatches <= relevance.size(), "{} tokens", relevance.size());
    const std::span<const float> tokens = relevance.subspan(first, kPatches);
    const double total = std::accumulate(tokens.begin(), tokens.end(), 0.0);
    for (std::size_t i = 0; i < kPatches; ++i) {
      map[i] = total > 0 ? float(double(tokens[i]) / total) : 1.f / float(kPatches);
    }
    first += kPatches;
  }
}

void fill_uniform_importance(const std::array<bool, kMaxCameras>& present, int cameras, ImportanceMaps& maps) {
  maps.n_cameras = cameras;
  for (std::size_t camera = 0; camera < std::size_t(cameras); ++camera) {
    maps.map[camera].fill(present[camera] ? 1.f / float(kPatches) : 0.f);
  }
}

}  // namespace awd
