// Frames out of videos of known colours: order, start, end, and files that are not what they should be.
#include "io/video_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/child_process.h"
#include "io/video.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr int kFrames = 30;
constexpr int kFps = 20;
constexpr int kColourTolerance = 6;  // of H.264 at constant quality 20

class VideoReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_ffmpeg_available() || !is_program_available("ffprobe")) GTEST_SKIP() << "no ffmpeg here";
  }

  /// Frame i is all (8 i, 100, 250 - 8 i).
  fs::path make_video(const std::string& name, int frames = kFrames) const {
    const fs::path file = folder_.file(name);
    VideoWriter writer(file, {.width = 64, .height = 32, .fps = kFps});
    Image frame{32, 64, std::vector<std::uint8_t>(32 * 64 * 3, 100)};
    for (int i = 0; i < frames; ++i) {
      for (std::size_t pixel = 0; pixel < frame.pixels.size(); pixel += 3) {
        frame.pixels[pixel] = std::uint8_t(8 * i);
        frame.pixels[pixel + 2] = std::uint8_t(250 - 8 * i);
      }
      writer.add(frame.view());
    }
    writer.finish();
    return file;
  }

  static void expect_frame(const ImageView& view, int i) {
    ASSERT_FALSE(view.empty()) << i;
    ASSERT_EQ(view.height, 32);
    ASSERT_EQ(view.width, 64);
    const std::uint8_t* pixel = view.data + std::size_t(16 * 64 + 32) * 3;
    EXPECT_NEAR(pixel[0], 8 * i, kColourTolerance) << i;
    EXPECT_NEAR(pixel[1], 100, kColourTolerance) << i;
    EXPECT_NEAR(pixel[2], 250 - 8 * i, kColourTolerance) << i;
  }

  TestFolder folder_;
};

TEST_F(VideoReaderTest, GivesEveryFrameInOrder) {
  VideoReader reader(make_video("a.mp4"), {});
  EXPECT_EQ(reader.info().width, 64);
  EXPECT_EQ(reader.info().height, 32);
  EXPECT_DOUBLE_EQ(reader.info().fps, kFps);
  for (int i = 0; i < kFrames; ++i) expect_frame(reader.next(), i);
  EXPECT_TRUE(reader.next().empty());
  EXPECT_TRUE(reader.next().empty());
}

TEST_F(VideoReaderTest, StartsAtAnyFrameAndEndsAfterTheFramesWanted) {
  const fs::path file = make_video("a.mp4");
  for (const int first : {1, 7, 12, 27}) {
    VideoReader reader(file, {.start_s = double(first) / kFps, .frames = 3});
    for (int i = first; i < first + 3; ++i) expect_frame(reader.next(), i);
    EXPECT_TRUE(reader.next().empty());
  }
}

TEST_F(VideoReaderTest, ReadsAVideoOfOneFrame) {
  VideoReader reader(make_video("a.mp4", 1), {.frames = 1});
  expect_frame(reader.next(), 0);
}

TEST_F(VideoReaderTest, NamesAreNotInterpreted) {
  for (const char* name : {"-y; touch x.mp4", "http:b.mp4", "$(id) 'q' \"w\" %03d*.mp4"}) {
    fs::rename(make_video("a.mp4"), folder_.file(name));
    VideoReader reader(folder_.file(name), {.frames = 1});
    expect_frame(reader.next(), 0);
  }
}

TEST_F(VideoReaderTest, AnAbandonedReaderLeavesNoZombie) {
  {
    VideoReader reader(make_video("a.mp4"), {});
    expect_frame(reader.next(), 0);
  }
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(VideoReaderTest, FewerFramesThanWantedAreCounted) {
  const fs::path file = make_video("a.mp4");
  const auto read = [&] {
    VideoReader reader(file, {.start_s = 1.25, .frames = 10});
    for (int i = 0; i < 10; ++i) expect_frame(reader.next(), 25 + i);
  };
  EXPECT_THAT(read,
              ThrowsMessage<Error>(AllOf(HasSubstr("a.mp4"), HasSubstr("expected 10 frames from 1.250 s on, got 5"))));
}

TEST_F(VideoReaderTest, ATruncatedVideoIsAnError) {
  const fs::path file = make_video("a.mp4");
  fs::resize_file(file, fs::file_size(file) - 300);
  const auto read = [&] {
    VideoReader reader(file, {.frames = kFrames});
    for (int i = 0; i < kFrames; ++i) reader.next();
  };
  EXPECT_THAT(read, ThrowsMessage<Error>(HasSubstr("a.mp4")));
}

TEST_F(VideoReaderTest, OtherFilesAreErrors) {
  EXPECT_THAT([&] { probe_video(folder_.file("none.mp4")); }, ThrowsMessage<Error>(HasSubstr("got no such file")));
  std::ofstream(folder_.file("text.mp4")) << "not a video";
  EXPECT_THAT([&] { probe_video(folder_.file("text.mp4")); },
              ThrowsMessage<Error>(AllOf(HasSubstr("text.mp4"), HasSubstr("expected a video"))));
}

TEST_F(VideoReaderTest, AbsentProgramIsAnError) {
  const fs::path file = make_video("a.mp4");
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.path().c_str(), 1);
  EXPECT_THAT([&] { probe_video(file); }, ThrowsMessage<Error>(HasSubstr("expected to start the program ffprobe")));
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace awd
