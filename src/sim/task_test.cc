// Task names and prompts, random placements of 300 seeds, and what counts as success.
#include "sim/task.h"

#include <gmock/gmock.h>

#include "awd/error.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Task, RegistryNamesAndPrompts) {
  EXPECT_THAT(task_names(), ElementsAre("put_red_cube", "put_green_cylinder", "put_blue_box"));
  EXPECT_EQ(find_task("put_green_cylinder").prompt(), "put the green cylinder in the bin");
}

TEST(Task, UnknownNameListsTheKnownOnes) {
  EXPECT_THAT([] { find_task("juggle"); }, ThrowsMessage<Error>(HasSubstr("put_blue_box, got \"juggle\"")));
}

TEST(Task, ListOfNames) {
  EXPECT_EQ(parse_task_list("all"), task_names());
  EXPECT_THAT(parse_task_list("put_blue_box,put_red_cube"), ElementsAre("put_blue_box", "put_red_cube"));
  EXPECT_THROW(parse_task_list("put_blue_box,"), Error);
}

TEST(Task, PlacementStaysInRangeAndApart) {
  for (const std::string& name : task_names()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Rng rng(seed);
      const Placement placement = find_task(name).place(rng);
      for (int i = 0; i < kObjectCount; ++i) {
        const Vec3& p = placement[i].position;
        EXPECT_TRUE(p[0] >= 0.36 && p[0] <= 0.60 && p[1] >= -0.22 && p[1] <= 0.12) << name << " seed " << seed;
        for (int j = 0; j < i; ++j) EXPECT_GE(horizontal_distance(p, placement[j].position), 0.10);
      }
    }
  }
}

TEST(Task, SuccessNeedsTheTargetAloneInTheBin) {
  const Task& task = find_task("put_red_cube");
  SceneState scene;
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[0].position = {kBinX, kBinY, 0.03};
  EXPECT_TRUE(task.is_success(scene));
  EXPECT_EQ(task.phase(scene), Phase::kPlace);
  scene.objects[2].position = {kBinX + 0.03, kBinY, 0.03};
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[2].position[0] = kBinX + kBinInnerHalf + 1e-3;  // on the wall
  EXPECT_TRUE(task.is_success(scene));
  scene.objects[0].position[2] = 0.10;  // still held above
  EXPECT_FALSE(task.is_success(scene));
}

}  // namespace
}  // namespace awd::sim
