// Folders of pictures and CSV files: what they may look like, and what is said where they do not.
#include "io/recordings/frames_folder.h"

#include <gmock/gmock.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/image.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

class FramesFolder : public testing::Test {
 protected:
  void write_text(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(folder_.file(name)).parent_path());
    std::ofstream(folder_.file(name), std::ios::binary) << text;
  }
  /// A picture of one colour.
  void write_picture(const std::string& name, std::uint8_t value, int height = 2, int width = 3) const {
    fs::create_directories(fs::path(folder_.file(name)).parent_path());
    const Image image{height, width, std::vector<std::uint8_t>(std::size_t(height) * std::size_t(width) * 3, value)};
    write_png(folder_.file(name), image.view());
  }
  /// One episode of two frames and two cameras in `folder` ("" or "NAME/").
  void write_episode(const std::string& folder) const {
    write_text(folder + "states.csv", "step,s0,s1,a0,j0,phase\n0,1,2,3,4,reach\n1,5,6,7,8,grasp\n");
    for (const char* camera : {"base", "wrist"}) {
      write_picture(folder + camera + "/000000.png", 10);
      write_picture(folder + camera + "/000001.png", 11);
    }
  }
  std::unique_ptr<Recording> opened() const { return open_frames_recording(folder_.path()); }
  void read_all() const {
    const auto recording = opened();
    for (std::size_t i = 0; i < recording->episodes().size(); ++i) {
      const auto reader = recording->open(i);
      RecordedFrame frame;
      while (reader->next(frame)) {
      }
    }
  }
  static auto complains(const std::string& where, const std::string& what) {
    return ThrowsMessage<Error>(AllOf(HasSubstr(where), HasSubstr(what), Not(HasSubstr("\n"))));
  }

  TestFolder folder_;
};

TEST_F(FramesFolder, GivesFramesOfOneEpisode) {
  write_episode("");
  const auto recording = opened();
  EXPECT_EQ(recording->info().format, "frames folder");
  EXPECT_THAT(recording->info().cameras, ElementsAre("base", "wrist"));
  EXPECT_EQ(recording->info().state_dim, 2);
  EXPECT_EQ(recording->info().action_dim, 1);
  EXPECT_EQ(recording->info().fps, 20);
  ASSERT_EQ(recording->episodes().size(), 1u);
  EXPECT_EQ(recording->episodes()[0].name, fs::path(folder_.path()).filename());
  EXPECT_EQ(recording->episodes()[0].frames, 2);
  const auto reader = recording->open(0);
  RecordedFrame frame;
  ASSERT_TRUE(reader->next(frame));
  ASSERT_TRUE(reader->next(frame));
  EXPECT_EQ(frame.step, 1);
  EXPECT_THAT(frame.state, ElementsAre(5, 6));
  EXPECT_THAT(frame.action, ElementsAre(7));
  EXPECT_THAT(frame.joints, ElementsAre(8));
  EXPECT_EQ(frame.phase, "grasp");
  EXPECT_EQ(frame.cameras[1].data[0], 11);
  EXPECT_EQ(frame.cameras[1].width, 3);
  EXPECT_FALSE(reader->next(frame));
}

TEST_F(FramesFolder, EpisodesAreFoldersInNaturalOrder) {
  write_episode("episode_10/");
  write_episode("episode_9/");
  write_text("notes/readme.txt", "no episode");
  write_text("prompt.txt", "pick the cube\n");
  write_text("episode_10/prompt.txt", "open the drawer");
  write_text("meta.json", R"({"fps": 10, "cameras": ["wrist", "base"], "task": "t", "success": true})");
  write_text("episode_10/meta.json", R"({"success": false})");
  const auto recording = opened();
  EXPECT_EQ(recording->info().fps, 10);
  EXPECT_THAT(recording->info().cameras, ElementsAre("wrist", "base"));
  ASSERT_EQ(recording->episodes().size(), 2u);
  EXPECT_EQ(recording->episodes()[0].name, "episode_9");
  EXPECT_EQ(recording->episodes()[0].prompt, "pick the cube");
  EXPECT_EQ(recording->episodes()[0].success, true);
  EXPECT_EQ(recording->episodes()[1].prompt, "open the drawer");
  EXPECT_EQ(recording->episodes()[1].task, "t");
  EXPECT_EQ(recording->episodes()[1].success, false);
}

TEST_F(FramesFolder, StepsMayBeginAnywhereAndNumbersHaveAnyWidth) {
  write_text("states.csv", "s0,step\n1,9\n2,10\n");
  write_picture("cam/9.png", 1);
  write_picture("cam/10.png", 2);
  const auto recording = opened();
  const auto reader = recording->open(0);
  RecordedFrame frame;
  ASSERT_TRUE(reader->next(frame));
  EXPECT_EQ(frame.step, 0);
  ASSERT_TRUE(reader->next(frame));
  EXPECT_EQ(frame.cameras[0].data[0], 2);
  EXPECT_TRUE(frame.action.empty());
}

TEST_F(FramesFolder, MissingAndSurplusPicturesAreNamed) {
  write_episode("");
  fs::remove(folder_.file("wrist/000001.png"));
  EXPECT_THAT([&] { opened(); },
              complains("wrist/000001.png", "expected 2 pictures, one per row of states.csv, got 1"));
  write_picture("wrist/000001.png", 1);
  write_picture("wrist/000002.png", 1);
  EXPECT_THAT([&] { opened(); }, complains("wrist]", "expected 2 pictures, one per row of states.csv, got 3"));
  fs::remove(folder_.file("wrist/000001.png"));  // as many as rows, but not the right ones
  EXPECT_THAT([&] { read_all(); }, complains("wrist/000001.png", "no such file"));
}

TEST_F(FramesFolder, PicturesThatChangeTheirSizeOrAreNoneAreNamed) {
  write_episode("");
  write_picture("base/000001.png", 1, 3, 3);
  EXPECT_THAT([&] { read_all(); },
              complains("base/000001.png", "expected 3 x 2 pixels as in the picture before, got 3 x 3"));
  write_text("base/000001.png", "no picture");
  EXPECT_THAT([&] { read_all(); }, complains("base/000001.png", "expected a PNG file"));
}

TEST_F(FramesFolder, BadRowsAreNamedWithLineAndColumn) {
  write_episode("");
  const auto states = [&](const std::string& text) {
    write_text("states.csv", text);
    return [this] { (void)opened(); };
  };
  EXPECT_THAT(states("step,s0\n0,1\n1,nan\n"),
              complains("states.csv:3", "column s0: expected a finite number, got \"nan\""));
  EXPECT_THAT(states("step,s0\n0,1\n1,1e99\n"), complains("states.csv:3", "column s0"));  // no 32-bit float
  EXPECT_THAT(states("step,s0,s1\n0,1\n"), complains("states.csv:2", "expected 3 fields as in the header, got 2"));
  EXPECT_THAT(states("step,s0\n0,1\n2,1\n"), complains("states.csv:3", "column step: expected 1, got 2"));
  EXPECT_THAT(states("step,s0\n0.5,1\n"), complains("states.csv:2", "column step"));
  EXPECT_THAT(states("step,s0\n-1,1\n"), complains("states.csv:2", "column step"));
  EXPECT_THAT(states("step,s0\n"), complains("states.csv:1", "expected a row per picture, got none"));
}

TEST_F(FramesFolder, UnknownAndMissingColumnsAreNamed) {
  write_episode("");
  write_text("states.csv", "step,s0,s2\n0,1,2\n1,1,2\n");
  EXPECT_THAT([&] { opened(); }, complains("states.csv:1", "got \"s2\""));
  write_text("states.csv", "step,x\n0,1\n1,1\n");
  EXPECT_THAT([&] { opened(); }, complains("states.csv:1", "expected columns s0, s1, ..., got step,x"));
}

TEST_F(FramesFolder, FoldersThatAreNoRecordingAreNamed) {
  EXPECT_THAT([&] { opened(); }, complains(folder_.path(), "expected states.csv, or folders of episodes"));
  write_text("states.csv", "s0\n1\n");
  EXPECT_THAT([&] { opened(); }, complains(folder_.path(), "expected folders of pictures CAMERA/000000.png"));
  EXPECT_THAT([&] { open_frames_recording(folder_.file("none")); }, complains("none", "expected a folder"));
}

TEST_F(FramesFolder, EpisodesThatDoNotFitTheFirstAreNamed) {
  write_episode("a/");
  write_episode("b/");
  write_text("b/states.csv", "step,s0,s1,s2\n0,1,2,3\n1,4,5,6\n");
  EXPECT_THAT([&] { opened(); },
              complains("b/states.csv:1", "expected 2 columns s0, ... and 1 columns a0, ... as in episode a"));
  write_episode("b/");
  fs::remove_all(folder_.file("b/wrist"));
  EXPECT_THAT([&] { opened(); }, complains("b/wrist", "expected a folder of pictures"));
}

TEST_F(FramesFolder, BadMetaIsNamed) {
  write_episode("");
  const auto meta = [&](const std::string& text) {
    write_text("meta.json", text);
    return [this] { (void)opened(); };
  };
  EXPECT_THAT(meta("{"), complains("meta.json", "expected a JSON object"));
  EXPECT_THAT(meta(R"({"fps": 0})"), complains("meta.json", "\"fps\": expected frames per second above 0, got 0"));
  EXPECT_THAT(meta(R"({"cameras": "base"})"), complains("meta.json", "\"cameras\""));
  EXPECT_THAT(meta(R"({"camera": "base"})"), complains("meta.json", "got \"camera\""));
  EXPECT_THAT(meta(R"({"success": 1})"), complains("meta.json", "true or false"));
}

}  // namespace
}  // namespace awd
