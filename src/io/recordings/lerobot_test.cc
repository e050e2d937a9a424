// Data sets written by LeRobot itself in both layouts (tests/golden/lerobot says what is in them).
#include "io/recordings/lerobot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "io/parquet/parquet_table.h"
#include "io/video.h"

namespace awd {
namespace {

using testing::ElementsAre;

constexpr int kColourTolerance = 8;  // of AV1 as LeRobot encodes it
constexpr int kLengths[] = {5, 4, 6};

void expect_colour(const ImageView& view, int red, int green, int blue) {
  ASSERT_EQ(view.height, 64);
  ASSERT_EQ(view.width, 96);
  for (const int pixel : {0, 32 * 96 + 48, 64 * 96 - 1}) {
    EXPECT_NEAR(view.data[3 * pixel], red, kColourTolerance);
    EXPECT_NEAR(view.data[3 * pixel + 1], green, kColourTolerance);
    EXPECT_NEAR(view.data[3 * pixel + 2], blue, kColourTolerance);
  }
}

void expect_episode(const Recording& recording, int episode) {
  const auto reader = recording.open(std::size_t(episode));
  RecordedFrame frame;
  for (int t = 0; t < kLengths[episode]; ++t) {
    ASSERT_TRUE(reader->next(frame)) << episode << " " << t;
    EXPECT_EQ(frame.step, t);
    EXPECT_THAT(frame.state, ElementsAre(float(episode), float(t), 0.5F * float(t)));
    EXPECT_THAT(frame.action, ElementsAre(float(10 * episode + t), t < 2 ? -1.0F : 1.0F));
    ASSERT_EQ(frame.cameras.size(), 2u);
    expect_colour(frame.cameras[0], 200 - 30 * t, 50, 40 + 60 * episode);
    expect_colour(frame.cameras[1], 40 + 60 * episode, 20 + 30 * t, 60);
    EXPECT_TRUE(frame.joints.empty());
    EXPECT_TRUE(frame.labels.empty());
  }
  EXPECT_FALSE(reader->next(frame));
}

class LerobotTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!is_parquet_available() || !is_ffmpeg_available()) GTEST_SKIP() << "no Arrow or no ffmpeg here";
    recording_ = open_lerobot_recording(std::string(AWD_SOURCE_DIR "/tests/golden/lerobot/") + GetParam());
  }
  std::unique_ptr<Recording> recording_;
};

TEST_P(LerobotTest, TellsWhatItHolds) {
  const RecordingInfo& info = recording_->info();
  EXPECT_EQ(info.format, GetParam() == std::string("v21") ? "LeRobot v2.1" : "LeRobot v3.0");
  // In the order of info.json, which is not that of the alphabet.
  EXPECT_THAT(info.cameras, ElementsAre("observation.images.wrist", "observation.images.base"));
  EXPECT_EQ(info.state_dim, 3);
  EXPECT_EQ(info.action_dim, 2);
  EXPECT_EQ(info.fps, 10);
  const auto& episodes = recording_->episodes();
  ASSERT_EQ(episodes.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(episodes[i].frames, kLengths[i]);
  EXPECT_EQ(episodes[2].name, "episode 2");
  EXPECT_EQ(episodes[1].prompt, "push the button");
  EXPECT_EQ(episodes[1].task, "task_1");
  EXPECT_EQ(episodes[2].prompt, "pick the red cube");
  EXPECT_EQ(episodes[2].task, "task_0");
}

TEST_P(LerobotTest, GivesEveryFrameOfEveryEpisode) {
  for (const int episode : {2, 0, 1}) expect_episode(*recording_, episode);
}

TEST_P(LerobotTest, EpisodesMayBeReadAtOnce) {
  std::vector<std::thread> threads(4);
  for (int i = 0; i < 4; ++i) threads[std::size_t(i)] = std::thread([&, i] { expect_episode(*recording_, i % 3); });
  for (std::thread& thread : threads) thread.join();
}

TEST_P(LerobotTest, AnEpisodeMayBeLeftHalfRead) {
  RecordedFrame frame;
  ASSERT_TRUE(recording_->open(0)->next(frame));
  expect_episode(*recording_, 0);
}

INSTANTIATE_TEST_SUITE_P(Layouts, LerobotTest, testing::Values("v21", "v30"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace awd
