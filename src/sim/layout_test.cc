// Random layouts: spacing, keep-outs, the bin's spread, parked props.
#include "sim/layout.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

TEST(Layout, ObjectsKeepTheirDistanceAndStandOnTheTable) {
  const KeepOut circle{{0.45, 0, 0}, 0.08};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    Layout layout;
    scatter_objects(rng, kObjectArea, std::array{circle}, layout);
    for (int i = 0; i < kObjectCount; ++i) {
      const Vec3& p = layout.objects[i].position;
      EXPECT_GT(horizontal_distance(p, circle.centre), circle.radius);
      EXPECT_NEAR(p[2], kObjects[i].half_height, 2e-3);
      for (int j = 0; j < i; ++j) EXPECT_GT(horizontal_distance(p, layout.objects[j].position), 0.10);
    }
  }
}

TEST(Layout, BinSpreadsOverEightCentimetres) {
  double low = 1, high = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    Layout layout;
    place_bin(rng, layout);
    const Vec3& bin = layout.prop(Prop::kBin).position;
    EXPECT_EQ(bin[2], 0);
    low = std::min(low, bin[1]);
    high = std::max(high, bin[1]);
    EXPECT_GT(around_bin(layout).radius, 0.15);
    EXPECT_EQ(around_bin(layout).centre, bin);
  }
  EXPECT_NEAR(low, 0.24, 5e-3);
  EXPECT_NEAR(high, 0.32, 5e-3);
}

TEST(Layout, PropsAreParkedApartUnderTheFloor) {
  const auto props = parked_props();
  for (int i = 0; i < kPropCount; ++i) {
    EXPECT_LT(props[i].position[2], -1);
    for (int j = 0; j < i; ++j) EXPECT_GE(horizontal_distance(props[i].position, props[j].position), 0.5);
  }
}

}  // namespace
}  // namespace awd::sim
