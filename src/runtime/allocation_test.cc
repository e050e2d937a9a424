// What a control step allocates, counted: nothing in mode aligned, and no more from step to step in any mode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/alloc_counter.h"
#include "base/test_folder.h"
#include "engine/test_scene.h"
#include "runtime/arm.h"

namespace awd {
namespace {

class AllocationTest : public testing::TestWithParam<EngineBackend> {};

INSTANTIATE_TEST_SUITE_P(All, AllocationTest, testing::Values(EngineBackend::kRef, EngineBackend::kCpu),
                         [](const auto& row) { return std::string(word_of(row.param)); });

// oneDNN itself makes a few small tables at every execution; a mode adds none, and they do not grow.
TEST_P(AllocationTest, ReuseStepsDoNotAllocateMoreAndMore) {
  const TestFolder folder;
  const auto engine = load_small_engine(folder.path(), GetParam());
  for (const std::string mode : {"restart", "aligned", "redenoise", "warm", "camera", "base_only", "token"}) {
    const auto policy = make_policy(engine, parse_arm("test{gate=never,mode=" + mode + "}"));
    SmallScene scene(5);
    const Observation observation = scene.observation();
    const auto count = [&] {
      const long before = allocation_count();
      for (int step = 0; step < 8; ++step) {
        scene.change(1, 3);
        (void)policy->act(observation);
      }
      return allocation_count() - before;
    };
    count();
    const long second = count();
    EXPECT_EQ(count(), second) << mode;
    if (GetParam() == EngineBackend::kRef) {
      EXPECT_EQ(second, 0) << mode;
    }
  }
}

TEST(Allocation, AlignedReuseStepBehindTheGateAllocatesNothing) {
  const TestFolder folder;
  const auto engine = load_small_engine(folder.path(), EngineBackend::kRef);
  for (const char* gate : {"awd", "cosine"}) {
    const auto policy = make_policy(engine, parse_arm(std::string("test{mode=aligned,gate=") + gate + "}"));
    SmallScene scene(5);
    const Observation observation = scene.observation();
    (void)policy->act(observation);
    const long before = allocation_count();
    const ActResult result = policy->act(observation);
    EXPECT_EQ(allocation_count() - before, 0) << gate;
    EXPECT_EQ(result.decision.verdict, Verdict::kReuse);
  }
}

}  // namespace
}  // namespace awd
