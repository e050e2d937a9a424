// ffmpeg as a child: success, abandonment, failure, absence.
#include "io/video.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/image.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

class VideoTest : public ::testing::Test {
 protected:
  std::size_t files() const { return std::size_t(std::distance(fs::directory_iterator(folder_), {})); }

  TestFolder test_folder_;
  fs::path folder_ = test_folder_.path();
  Image frame_{32, 64, std::vector<std::uint8_t>(32 * 64 * 3, 90)};
};

TEST_F(VideoTest, FinishedVideoHasItsNameAndNothingElseRemains) {
  if (!is_ffmpeg_available()) GTEST_SKIP() << "no ffmpeg here";
  {
    VideoWriter writer(folder_ / "a.mp4", {.width = 64, .height = 32});
    for (int i = 0; i < 5; ++i) writer.add(frame_.view());
    EXPECT_FALSE(fs::exists(folder_ / "a.mp4"));
    writer.finish();
  }
  EXPECT_GT(fs::file_size(folder_ / "a.mp4"), 500u);
  EXPECT_EQ(files(), 1u);
}

TEST_F(VideoTest, AbandonedVideoLeavesNothing) {
  if (!is_ffmpeg_available()) GTEST_SKIP() << "no ffmpeg here";
  {
    VideoWriter writer(folder_ / "a.mp4", {.width = 64, .height = 32});
    writer.add(frame_.view());
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(VideoTest, EncoderFailureIsReportedInItsOwnWords) {
  if (!is_ffmpeg_available()) GTEST_SKIP() << "no ffmpeg here";
  fs::create_directories(folder_ / "a.mp4.part");  // ffmpeg cannot open a folder for writing
  VideoWriter writer(folder_ / "a.mp4", {.width = 64, .height = 32});
  const auto feed = [&] {
    for (int i = 0; i < 1000; ++i) writer.add(frame_.view());  // must not raise SIGPIPE
    writer.finish();
  };
  EXPECT_THROW(feed(), Error);
}

TEST_F(VideoTest, AbsentProgramIsAnError) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  EXPECT_FALSE(is_ffmpeg_available());
  EXPECT_THROW(VideoWriter(folder_ / "a.mp4", {.width = 64, .height = 32}), Error);
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace awd
