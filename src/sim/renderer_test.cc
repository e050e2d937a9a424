// What the cameras of a World show.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/parallel.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

using Pixel = std::array<int, 2>;  // column, row

/// Pinhole projection with the base camera of assets/table.xml.
Pixel project_to_base(const Vec3& point, int size) {
  const Vec3 from_camera = point - Vec3{1.22, 0, 0.72};
  const double scale = std::hypot(0.645, 0.764);
  const Vec3 up{-0.645 / scale, 0, 0.764 / scale}, back{0.764 / scale, 0, 0.645 / scale};
  const auto dot = [](const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; };
  const double depth = -dot(from_camera, back);
  const double focal = 0.5 * size / std::tan(22.5 * std::numbers::pi / 180);
  return {int(0.5 * size + focal * from_camera[1] / depth), int(0.5 * size - focal * dot(from_camera, up) / depth)};
}

/// Index of the strongest colour channel, or -1 for greyish and brownish pixels.
int saturated_channel(const ImageView& view, const Pixel& at) {
  const std::uint8_t* rgb = view.data + 3 * (std::size_t(at[1]) * view.width + at[0]);
  const int strongest = int(std::max_element(rgb, rgb + 3) - rgb);
  const int second = std::max(rgb[(strongest + 1) % 3], rgb[(strongest + 2) % 3]);
  return rgb[strongest] > 2 * second ? strongest : -1;
}

TEST(Renderer, ObjectsAppearUprightWhereTheCameraProjectsThem) {
  World world({});
  for (const std::uint64_t seed : {0u, 1u, 2u}) {
    world.reset("put_red_cube", seed);
    const Observation observation = world.observe();
    for (int i = 0; i < kObjectCount; ++i) {  // red, green, blue: the channel is the object's index
      const Pixel at = project_to_base(world.scene().objects[i].position, 224);
      EXPECT_EQ(saturated_channel(observation.cameras[0], at), i) << "seed " << seed << " at " << at[0] << "," << at[1];
    }
  }
}

TEST(Renderer, WristCameraSeesTheFingersAtTheBottom) {
  World world({});
  world.reset("put_red_cube", 0);
  const ImageView wrist = world.observe().cameras[1];
  const auto mean_of_rows = [&](int first, int last) {
    double sum = 0;
    for (int i = first * wrist.width * 3; i < last * wrist.width * 3; ++i) sum += wrist.data[i];
    return sum / ((last - first) * wrist.width * 3);
  };
  EXPECT_LT(mean_of_rows(190, 224), 0.8 * mean_of_rows(60, 100));  // dark pads against the table
  EXPECT_GT(mean_of_rows(0, 224), 40);
}

TEST(Renderer, ShadowsChangeThePicture) {
  World plain({.image_size = 64}), shadowed({.image_size = 64, .shadows = true});
  plain.reset("put_red_cube", 0);
  shadowed.reset("put_red_cube", 0);
  const ImageView a = plain.observe().cameras[0], b = shadowed.observe().cameras[0];
  EXPECT_FALSE(std::equal(a.data, a.data + 64 * 64 * 3, b.data));
}

TEST(Renderer, ThreadsDrawTheSamePictures) {
  std::array<std::vector<std::uint8_t>, 2> pictures;
  parallel_jobs(2, 2, [&](int job, int) {
    World world({.image_size = 64});
    world.reset("put_blue_box", 6);
    for (int step = 0; step < 5; ++step) {
      const ImageView view = world.observe().cameras[1];
      pictures[job].insert(pictures[job].end(), view.data, view.data + 64 * 64 * 3);
      world.step(world.task().expert(world.scene()).action);
    }
  });
  EXPECT_EQ(pictures[0], pictures[1]);
}

TEST(Renderer, BuffersStayWhereTheyAre) {
  World world({.image_size = 32});
  world.reset("put_red_cube", 0);
  const Observation first = world.observe();
  const std::array before{first.cameras[0].data, first.cameras[1].data};
  for (int i = 0; i < 3; ++i) {
    world.step(Action{});
    const Observation next = world.observe();
    EXPECT_EQ(next.cameras[0].data, before[0]);
    EXPECT_EQ(next.cameras[1].data, before[1]);
    EXPECT_EQ(next.state.data(), first.state.data());
  }
}

}  // namespace
}  // namespace awd::sim
