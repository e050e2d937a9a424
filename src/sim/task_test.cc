// Task names and prompts, random placements of 300 seeds, and what counts as success.
#include "sim/task.h"

#include <gmock/gmock.h>

#include <cmath>

#include "awd/error.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Task, RegistryNamesAndPrompts) {
  EXPECT_THAT(task_names(), ElementsAre("put_red_cube", "put_green_cylinder", "put_blue_box", "stack_red_on_blue",
                                        "push_to_mark", "press_button", "pick_turntable"));
  EXPECT_EQ(find_task("put_green_cylinder").prompt(), "put the green cylinder in the bin");
}

TEST(Task, UnknownNameListsTheKnownOnes) {
  EXPECT_THAT([] { find_task("juggle"); }, ThrowsMessage<Error>(HasSubstr("pick_turntable, got \"juggle\"")));
}

TEST(Task, ListOfNames) {
  EXPECT_EQ(parse_task_list("all"), task_names());
  EXPECT_THAT(parse_task_list("put_blue_box,put_red_cube"), ElementsAre("put_blue_box", "put_red_cube"));
  EXPECT_THROW(parse_task_list("put_blue_box,"), Error);
}

TEST(Task, ObjectsStartInReachAndApart) {
  for (const std::string& name : task_names()) {
    if (name == "pick_turntable") continue;  // around a disc: pick_turntable_test.cc
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Rng rng(seed);
      const auto placement = find_task(name).place(rng).objects;
      for (int i = 0; i < kObjectCount; ++i) {
        const Vec3& p = placement[i].position;
        EXPECT_TRUE(p[0] >= 0.30 && p[0] <= 0.65 && std::abs(p[1]) <= 0.30) << name << " seed " << seed;
        for (int j = 0; j < i; ++j) EXPECT_GE(horizontal_distance(p, placement[j].position), 0.10);
      }
    }
  }
}

TEST(Task, SuccessNeedsTheTargetAloneInTheBin) {
  const Task& task = find_task("put_red_cube");
  SceneState scene;
  const Vec3 bin{0.5, 0.3, 0};
  scene.props[int(Prop::kBin)].position = bin;
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[0].position = bin + Vec3{0, 0, 0.03};
  EXPECT_TRUE(task.is_success(scene));
  EXPECT_EQ(task.phase(scene), Phase::kPlace);
  scene.objects[2].position = bin + Vec3{0.03, 0, 0.03};
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[2].position[0] = bin[0] + kBinInnerHalf + 1e-3;  // on the wall
  EXPECT_TRUE(task.is_success(scene));
  scene.objects[0].position[2] = 0.10;  // still held above
  EXPECT_FALSE(task.is_success(scene));
}

}  // namespace
}  // namespace awd::sim
