// LeRobot data sets with something wrong: each complaint names the file and what was expected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/parquet/parquet_table.h"
#include "io/recordings/lerobot.h"
#include "io/video.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

const fs::path kGoldens = AWD_SOURCE_DIR "/tests/golden/lerobot";
constexpr const char* kSecondTable = "data/chunk-000/episode_000001.parquet";
constexpr const char* kSecondVideo = "videos/chunk-000/observation.images.base/episode_000001.mp4";
constexpr const char* kInfo = "meta/info.json";

class LerobotBadInput : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_parquet_available() || !is_ffmpeg_available()) GTEST_SKIP() << "no Arrow or no ffmpeg here";
    for (const char* layout : {"v21", "v30"}) {
      fs::copy(kGoldens / layout, folder_.file(layout), fs::copy_options::recursive);
    }
  }

  /// Puts `to` in place of the first `from` in a text file.
  static void replace(const fs::path& file, const std::string& from, const std::string& to) {
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t place = text.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    std::ofstream(file) << text.replace(place, from.size(), to);
  }
  /// Puts a golden table in place of that of episode 1.
  void use_table(const char* name) const {
    fs::copy_file(kGoldens / "broken" / name, v21_ / kSecondTable, fs::copy_options::overwrite_existing);
  }
  static void read(const fs::path& data_set, std::size_t episode) {
    const auto recording = open_lerobot_recording(data_set);
    const auto reader = recording->open(episode);
    RecordedFrame frame;
    while (reader->next(frame)) {
    }
  }
  static void expect_failure(const fs::path& data_set, const std::string& where, const std::string& what) {
    EXPECT_THAT([&] { read(data_set, 1); }, ThrowsMessage<Error>(AllOf(HasSubstr(where), HasSubstr(what))));
  }

  TestFolder folder_;
  fs::path v21_ = folder_.file("v21"), v30_ = folder_.file("v30");
};

TEST_F(LerobotBadInput, OtherVersions) {
  replace(v21_ / kInfo, "v2.1", "v2.0");
  expect_failure(v21_, "info.json", "expected v2.1 or v3.0, got v2.0");
  replace(v30_ / kInfo, "v3.0", "v3.1");
  expect_failure(v30_, "info.json", "expected v2.1 or v3.0, got v3.1");
}

TEST_F(LerobotBadInput, InfoThatIsNotThereOrGarbled) {
  replace(v21_ / kInfo, "{", "[");
  expect_failure(v21_, "info.json", "expected a JSON object");
  fs::remove(v21_ / kInfo);
  expect_failure(v21_, "info.json", "expected a readable file");
}

TEST_F(LerobotBadInput, InfoWithoutWhatIsNeeded) {
  replace(v21_ / kInfo, "\"fps\": 10", "\"fps\": \"ten\"");
  expect_failure(v21_, "info.json", "key \"fps\": expected a number, got \"ten\"");
  replace(v21_ / kInfo, "\"fps\": \"ten\"", "\"rate\": 10");
  expect_failure(v21_, "info.json", "key \"fps\": expected a value, got none");
  replace(v30_ / kInfo, "\"observation.state\"", "\"observation.pose\"");
  expect_failure(v30_, "info.json", "expected a feature \"observation.state\", got none");
}

TEST_F(LerobotBadInput, PatternsOfFileNamesWithOtherParts) {
  replace(v21_ / kInfo, "{episode_index:06d}.parquet", "{number:06d}.parquet");
  expect_failure(v21_, "info.json", "expected a pattern of file names of v2.1");
}

TEST_F(LerobotBadInput, EpisodeLists) {
  replace(v21_ / "meta/episodes.jsonl", "\"length\": 4", "\"length\": 5");
  expect_failure(v21_, kSecondTable, "expected 5 rows, got 4");
  replace(v21_ / "meta/episodes.jsonl", "\"length\": 5}\n{\"episode_index\": 1",
          "\"length\": 5}\n\"episode_index\": 1");
  expect_failure(v21_, "episodes.jsonl:2", "expected a JSON object");
  fs::remove_all(v30_ / "meta/episodes");
  expect_failure(v30_, "meta/episodes", "expected Parquet files");
}

TEST_F(LerobotBadInput, TasksThatAreNotListed) {
  replace(v21_ / "meta/tasks.jsonl", "push the button", "push the lever");
  expect_failure(v21_, "episodes.jsonl:2", "got \"push the button\"");
}

TEST_F(LerobotBadInput, TruncatedTables) {
  for (const fs::path& file : {v30_ / "data/chunk-000/file-000.parquet", v30_ / "meta/tasks.parquet"}) {
    fs::resize_file(file, fs::file_size(file) / 2);
    expect_failure(v30_, file.string(), "expected a Parquet file");
  }
}

TEST_F(LerobotBadInput, MissingTablesAndVideos) {
  fs::remove(v21_ / kSecondVideo);
  expect_failure(v21_, kSecondVideo, "expected a video file, got no such file");
  fs::remove(v21_ / kSecondTable);
  expect_failure(v21_, kSecondTable, "expected a Parquet file");
  read(v21_, 0);  // other episodes are not touched by that
}

TEST_F(LerobotBadInput, VideosThatAreTooShortOrNoVideos) {
  const fs::path longer = v21_ / "videos/chunk-000/observation.images.base/episode_000002.mp4";
  fs::copy_file(v21_ / kSecondVideo, longer, fs::copy_options::overwrite_existing);
  EXPECT_THAT([&] { read(v21_, 2); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr("episode_000002.mp4"), HasSubstr("expected 6 frames from 0.000 s on, got 4"))));
  fs::resize_file(v21_ / kSecondVideo, 200);
  expect_failure(v21_, kSecondVideo, "expected a video");
}

TEST_F(LerobotBadInput, VideosOfAnotherFrameRate) {
  replace(v21_ / kInfo, "\"fps\": 10", "\"fps\": 30");
  expect_failure(v21_, kSecondVideo, "expected 30 frames per second as in meta/info.json, got 10");
}

TEST_F(LerobotBadInput, TablesOfAnotherEpisode) {
  fs::copy_file(v21_ / "data/chunk-000/episode_000000.parquet", v21_ / kSecondTable,
                fs::copy_options::overwrite_existing);
  replace(v21_ / "meta/episodes.jsonl", "\"length\": 4", "\"length\": 5");
  expect_failure(v21_, kSecondTable, "episode 1, frame 0: expected its row, got that of episode 0, frame 0");
}

TEST_F(LerobotBadInput, ColumnsAndValues) {
  use_table("nan.parquet");
  expect_failure(v21_, kSecondTable, "episode 1, frame 2: column \"action\": expected finite numbers, got nan at 0");
  use_table("null.parquet");
  expect_failure(v21_, kSecondTable, "column \"action\", row 2: expected a value, got null");
  use_table("text.parquet");
  expect_failure(v21_, kSecondTable, "column \"action\": expected lists of numbers, got string");
  use_table("no_action.parquet");
  expect_failure(v21_, kSecondTable, "expected one column \"action\"");
}

}  // namespace
}  // namespace awd
