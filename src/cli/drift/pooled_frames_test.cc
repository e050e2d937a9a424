// What comes back pools to the very same numbers; a cut file is refused.
#include "cli/drift/pooled_frames.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <vector>

#include "awd/error.h"
#include "base/rng.h"
#include "base/test_folder.h"
#include "gate/pooling.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> noise(int side, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::uint8_t> pixels(std::size_t(3 * side * side));
  for (auto& pixel : pixels) pixel = std::uint8_t(rng.index(256));
  return pixels;
}

std::vector<float> pooled(const ImageView& view, int pool) {
  std::vector<float> means;
  pool_picture(view, pool, means);
  return means;
}

void expect_round_trip(int side, int pool) {
  const TestFolder folder;
  const auto base = noise(side, 1), wrist = noise(side, 2);
  const std::array<ImageView, 2> views{{{base.data(), side, side}, {wrist.data(), side, side}}};
  const std::array<float, 3> state{1, 2, 3};
  const std::array<float, 1> joints{4};
  ImportanceMaps maps;
  maps.n_cameras = 2;
  maps.map[1][7] = 0.5f;
  PooledWriter writer(folder.file("a"), pool);
  writer.add({.cameras = views, .state = state, .joints = joints, .prompt = {}}, &maps);
  writer.add({.cameras = {views.data() + 1, 1}, .state = state, .joints = {}, .prompt = {}}, nullptr);
  writer.close();

  PooledReader reader(folder.file("a"), pool);
  ASSERT_TRUE(reader.next());
  ASSERT_EQ(reader.observation().cameras.size(), 2u);
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_EQ(pooled(reader.observation().cameras[c], pool), pooled(views[c], pool)) << "pool " << pool;
  }
  EXPECT_EQ(reader.observation().state[2], 3);
  EXPECT_EQ(reader.observation().joints[0], 4);
  EXPECT_EQ(reader.importance().map[1][7], 0.5f);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.observation().cameras.size(), 1u);
  EXPECT_TRUE(reader.observation().joints.empty());
  EXPECT_EQ(reader.importance().map[1][7], 0.5f) << "maps are held";
  EXPECT_FALSE(reader.next());
}

TEST(PooledFrames, PoolToTheSameNumbers) {
  expect_round_trip(224, 8);
  expect_round_trip(224, 7);
  expect_round_trip(32, 16);
  expect_round_trip(16, 1);
}

TEST(PooledFrames, CutFileIsRefused) {
  const TestFolder folder;
  const auto pixels = noise(32, 3);
  const std::array<ImageView, 1> views{{{pixels.data(), 32, 32}}};
  PooledWriter writer(folder.file("a"), 8);
  writer.add({.cameras = views, .state = {}, .joints = {}, .prompt = {}}, nullptr);
  writer.close();
  fs::resize_file(folder.file("a"), fs::file_size(folder.file("a")) - 1);
  PooledReader reader(folder.file("a"), 8);
  EXPECT_THROW((void)reader.next(), Error);
  EXPECT_THROW(PooledReader(folder.file("absent"), 8), Error);
  EXPECT_THROW(PooledWriter(folder.file("absent/a"), 8), Error);
}

}  // namespace
}  // namespace awd::cli
