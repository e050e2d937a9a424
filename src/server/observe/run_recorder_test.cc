// Episodes of interleaved sessions, and what happens at the limits of disk and queue.
#include "server/observe/run_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "server/observe/test_step.h"

namespace awd::server {
namespace {

using testing::HasSubstr;

class RunRecorderTest : public testing::Test {
 protected:
  TestFolder folder_;
  RecorderOptions options_{.logs = folder_.path(), .arm = "a", .scenario = "served", .max_bytes = 1u << 30};
  std::vector<std::string> troubles_;

  void SetUp() override {
    options_.tally = [](std::span<const StepLog> steps, EpisodeLog& episode) { episode.steps = int(steps.size()); };
    options_.video_name = [](int episode) { return std::to_string(episode) + ".mp4"; };
    options_.on_trouble = [this](const std::string& what) { troubles_.push_back(what); };
  }
  std::vector<EpisodeLog> episodes() const {
    std::vector<EpisodeLog> list;
    read_episode_log(folder_.path(),
                     [&](const EpisodeLog& episode, std::span<const StepLog>) { list.push_back(episode); });
    return list;
  }
};

TEST_F(RunRecorderTest, EpisodesOfSessionsThatInterleave) {
  RunRecorder recorder(options_);
  recorder.on_step(kQuery.view(1, true));
  recorder.on_step(kQuery.view(2, true));
  recorder.on_step(kReused.view(1, false));
  recorder.on_step(kQuery.view(1, true));
  recorder.on_end(2);
  recorder.close();
  const std::vector<EpisodeLog> list = episodes();
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].steps, 2);
  EXPECT_EQ(list[1].steps, 1);
  EXPECT_EQ(list[2].trial, 2);
  EXPECT_EQ(list[0].task, "go");
  EXPECT_EQ(list[0].seed, 5u);
  EXPECT_EQ(recorder.dropped(), 0u);
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(RunRecorderTest, ALimitEndsTheRecordingNotTheServer) {
  options_.max_bytes = 1;
  RunRecorder recorder(options_);
  for (int i = 0; i < 1000; ++i) recorder.on_step(kQuery.view(1, true));
  recorder.close();
  EXPECT_LT(episodes().size(), 1000u);
  EXPECT_THAT(troubles_, testing::ElementsAre(HasSubstr("limit of disk space")));
}

TEST_F(RunRecorderTest, PicturesBeyondTheQueueAreDroppedAndCounted) {
  options_.videos = folder_.path();
  options_.max_frames = 0;
  RunRecorder recorder(options_);
  for (int i = 0; i < 5; ++i) recorder.on_step(kQuery.view(1, i == 0));
  recorder.close();
  EXPECT_EQ(recorder.dropped(), 5u);
  EXPECT_EQ(recorder.frames(), 0u);
  EXPECT_EQ(episodes().at(0).steps, 5);
}

}  // namespace
}  // namespace awd::server
