// Importance maps from numbers per token: sums, absent cameras, a camera without any relevance.
#include "engine/importance_maps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace awd {
namespace {

constexpr std::size_t kPatches = 256;

double sum(const std::array<float, kPatches>& map) { return std::accumulate(map.begin(), map.end(), 0.0); }

TEST(ImportanceMaps, EachPresentCameraSumsToOne) {
  std::vector<float> relevance(2 * kPatches, 1.f);  // of the second and the third camera
  relevance[3] = 257.f;
  relevance[kPatches + 5] = 0.f;
  ImportanceMaps maps;
  fill_importance_maps(relevance, {false, true, true, false}, 3, maps);
  EXPECT_EQ(maps.n_cameras, 3);
  EXPECT_EQ(sum(maps.map[0]), 0.0);
  EXPECT_FLOAT_EQ(maps.map[1][3], 257.f / 512.f);
  EXPECT_FLOAT_EQ(maps.map[1][4], 1.f / 512.f);
  EXPECT_EQ(maps.map[2][5], 0.f);
  EXPECT_FLOAT_EQ(maps.map[2][6], 1.f / 255.f);
  EXPECT_NEAR(sum(maps.map[1]), 1.0, 1e-6);
  EXPECT_NEAR(sum(maps.map[2]), 1.0, 1e-6);
}

TEST(ImportanceMaps, NoRelevanceCountsEvenly) {
  ImportanceMaps maps, uniform;
  fill_importance_maps(std::vector<float>(kPatches), {true}, 2, maps);
  fill_uniform_importance({true}, 2, uniform);
  EXPECT_EQ(maps.map, uniform.map);
  EXPECT_EQ(uniform.n_cameras, 2);
  EXPECT_EQ(sum(uniform.map[0]), 1.0);
  EXPECT_EQ(sum(uniform.map[1]), 0.0);
}

}  // namespace
}  // namespace awd
