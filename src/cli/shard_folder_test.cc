// When a run may begin or go on, and what it leaves behind.
#include "cli/shard_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kPlan = R"({"options":{"trials":50,"arms":"none"}})";

class ShardFolderTest : public testing::Test {
 protected:
  std::string refusal(const std::string& plan, bool resume) {
    try {
      const ShardFolder shards(run_, plan, resume);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }
  /// Leaves an unfinished run behind.
  void interrupt() { ShardFolder(run_, kPlan, false).keep(); }

  TestFolder folder_;
  fs::path run_ = fs::path(folder_.path()) / "runs" / "a";
};

TEST_F(ShardFolderTest, LeavesNothingWhereNothingWasDone) {
  { const ShardFolder shards(run_, kPlan, false); }
  EXPECT_FALSE(fs::exists(run_));
}

TEST_F(ShardFolderTest, AnUnfinishedRunNeedsResumeAndTheSamePlan) {
  interrupt();
  EXPECT_THAT(refusal(kPlan, false), HasSubstr("--resume"));
  EXPECT_THAT(refusal(R"({"options":{"trials":20,"arms":"none"}})", true),
              HasSubstr("options.trials: expected 50, got 20"));
  EXPECT_EQ(refusal(kPlan, true), "accepted");
  EXPECT_TRUE(fs::exists(run_ / kShardsFolder / kPlanFile));
}

TEST_F(ShardFolderTest, OneProcessAtATime) {
  ShardFolder shards(run_, kPlan, false);
  EXPECT_THAT(refusal(kPlan, true), HasSubstr("another process"));
}

TEST_F(ShardFolderTest, OtherContentIsRefused) {
  fs::create_directories(run_);
  EXPECT_EQ(refusal(kPlan, true), "accepted");  // an empty folder begins a run
  fs::create_directories(run_);
  std::ofstream(run_ / "results.json") << "{}";
  EXPECT_THAT(refusal(kPlan, false), HasSubstr("new or empty folder"));
  EXPECT_THAT(refusal(kPlan, true), HasSubstr("unfinished run"));
}

TEST_F(ShardFolderTest, ShardsAreNumbered) {
  ShardFolder shards(run_, kPlan, false);
  (void)new_shard(shards.path());
  (void)new_shard(shards.path());
  const auto list = list_shards(shards.path());
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].filename(), "001");
  shards.remove();
  EXPECT_FALSE(fs::exists(shards.path()));
}

}  // namespace
}  // namespace awd::cli
