// Files of both layouts give the same frames, in any stored order.
#include "io/recordings/libero.h"

#include <gmock/gmock.h>

#include "awd/error.h"
#include "base/parallel.h"
#include "base/test_folder.h"
#include "io/recordings/test_demos.h"

namespace awd {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;

class LiberoTest : public testing::Test {
 protected:
  std::unique_ptr<Recording> opened(const TestDemos& what, StoredOrder order = StoredOrder::kAuto,
                                    const std::string& name = "x.hdf5") const {
    write_test_demos(folder_.file(name), what);
    return open_libero_recording(folder_.file(name), order);
  }

  TestFolder folder_;
};

std::vector<std::uint8_t> pixels_of(const ImageView& view) {
  return {view.data, view.data + std::size_t(view.height) * std::size_t(view.width) * 3};
}

/// Red of the upper left pixel of the first picture.
std::uint8_t corner(const Recording& recording) {
  const auto reader = recording.open(0);
  RecordedFrame frame;
  EXPECT_TRUE(reader->next(frame));
  return frame.cameras[0].data[0];
}

TEST_F(LiberoTest, GivesEveryFrameOfEveryDemonstration) {
  const auto recording = opened({.demos = 12, .convention = "opencv"});
  EXPECT_EQ(recording->info().format, "LIBERO HDF5");
  EXPECT_THAT(recording->info().cameras, ElementsAre("agentview", "eye_in_hand"));
  EXPECT_EQ(recording->info().state_dim, 8);
  EXPECT_EQ(recording->info().action_dim, 7);
  ASSERT_EQ(recording->episodes().size(), 12u);
  EXPECT_EQ(recording->episodes()[2].name, "demo_2");
  EXPECT_EQ(recording->episodes()[11].name, "demo_11");  // not behind demo_1
  EXPECT_EQ(recording->episodes()[11].frames, 16);
  EXPECT_EQ(recording->episodes()[0].success, true);

  const auto reader = recording->open(11);
  RecordedFrame frame;
  const std::vector<std::uint8_t> all = test_pictures(1, 11, 16, 4, 6);
  for (int step = 0; step < 16; ++step) {
    ASSERT_TRUE(reader->next(frame));
    EXPECT_EQ(frame.step, step);
    EXPECT_EQ(pixels_of(frame.cameras[1]), std::vector(all.begin() + 72 * step, all.begin() + 72 * (step + 1)));
    const float t = 100 * float(step);
    EXPECT_THAT(frame.state, ElementsAre(t, t + 1, t + 2, t + 3, t + 4, t + 5, t + 6, t + 7));
    EXPECT_EQ(frame.joints[6], t + 26);
    EXPECT_EQ(frame.action[0], t + 40);
    EXPECT_EQ(frame.phase, "");
    EXPECT_TRUE(frame.labels.empty());
  }
  EXPECT_FALSE(reader->next(frame));
  EXPECT_FALSE(reader->next(frame));
}

TEST_F(LiberoTest, PiecesReadAheadJoinWithoutASeam) {
  // 400 x 300 pictures are read 2 at a time; packed ones come out the same.
  for (const int compress : {0, 1}) {
    const auto recording =
        opened({.demos = 1, .height = 300, .width = 400, .convention = "opencv", .compress = compress});
    const auto reader = recording->open(0);
    RecordedFrame frame;
    for (std::size_t step = 0; step < 5; ++step) {
      ASSERT_TRUE(reader->next(frame));
      EXPECT_EQ(frame.cameras[0].height, 300);
      EXPECT_EQ(frame.cameras[0].width, 400);
      EXPECT_EQ(frame.cameras[0].data[3 * (400 * 299 + 7) + 1], test_pixel(0, 0, step, 299, 7, 1));
    }
  }
}

TEST_F(LiberoTest, PicturesAreTurnedUpright) {
  const TestDemos plain, opencv{.convention = "opencv"}, opengl{.convention = "opengl"};
  const TestDemos robomimic{.is_robomimic = true};
  const std::uint8_t top = test_pixel(0, 0, 0, 0, 0, 0), bottom = test_pixel(0, 0, 0, 3, 0, 0);
  EXPECT_EQ(corner(*opened(plain)), bottom);  // LIBERO's habit
  EXPECT_EQ(corner(*opened(opengl)), bottom);
  EXPECT_EQ(corner(*opened(opencv)), top);
  EXPECT_EQ(corner(*opened(robomimic)), top);  // robomimic's habit
  EXPECT_EQ(corner(*opened(opencv, StoredOrder::kBottomUp)), bottom);
  EXPECT_EQ(corner(*opened(opengl, StoredOrder::kTopDown)), top);
  EXPECT_EQ(corner(*opened(plain, StoredOrder::kRotated180)), test_pixel(0, 0, 0, 3, 5, 0));
}

TEST_F(LiberoTest, ReadsRobomimicsKeys) {
  const auto recording = opened({.is_robomimic = true});
  EXPECT_EQ(recording->info().format, "robomimic HDF5");
  EXPECT_THAT(recording->info().cameras, ElementsAre("agentview", "robot0_eye_in_hand"));
  RecordedFrame frame;
  const auto reader = recording->open(0);
  ASSERT_TRUE(reader->next(frame));
  ASSERT_TRUE(reader->next(frame));
  EXPECT_THAT(frame.state, ElementsAre(100, 101, 102, 0, 0, FloatEq(1.5707964f), 106, 107));
  EXPECT_EQ(recording->episodes()[0].prompt, "");  // "x" is no instruction
}

TEST_F(LiberoTest, PositionAndOrientationMayBeApart) {
  TestDemos apart{.without = {"ee_states"}};
  apart.edit = [](int demo, const Hdf5Group&, const Hdf5Group& obs) {
    const std::size_t frames = 5 + std::size_t(demo);
    obs.write("ee_pos", {frames, 3}, test_rows(frames, 3, 0));
    obs.write("ee_ori", {frames, 3}, test_rows(frames, 3, 3));
  };
  RecordedFrame frame;
  const auto recording = opened(apart);
  const auto reader = recording->open(1);
  ASSERT_TRUE(reader->next(frame));
  EXPECT_THAT(frame.state, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST_F(LiberoTest, WhatIsOptionalMayBeAbsent) {
  const auto recording = opened({.without = {"actions", "joint_states", "eye_in_hand_rgb", "rewards", "dones"}});
  EXPECT_EQ(recording->info().action_dim, 0);
  EXPECT_THAT(recording->info().cameras, ElementsAre("agentview"));
  EXPECT_EQ(recording->episodes()[0].success, std::nullopt);
  const auto reader = recording->open(0);
  RecordedFrame frame;
  ASSERT_TRUE(reader->next(frame));
  EXPECT_TRUE(frame.action.empty());
  EXPECT_TRUE(frame.joints.empty());
}

TEST_F(LiberoTest, ReadsLabelsAndPhases) {
  TestDemos with{.demos = 1, .convention = "opengl"};
  with.edit = [](int, const Hdf5Group& group, const Hdf5Group&) {
    group.set_attribute("phases", "reach,grasp");
    const Hdf5Group ours = group.create_group("awd");
    std::vector<std::uint8_t> labels(5 * 2 * 2, 0);
    labels[2] = 2;  // frame 0, lower left in the file: opengl, so the upper left
    ours.create_group("labels").write("agentview", {5, 2, 2}, labels, 1);
    ours.write("phase", {5}, std::vector<std::uint8_t>{0, 1, 1, 1, 1});
  };
  const auto recording = opened(with);
  const auto reader = recording->open(0);
  RecordedFrame frame;
  ASSERT_TRUE(reader->next(frame));
  EXPECT_EQ(frame.phase, "reach");
  ASSERT_EQ(frame.labels.size(), 2u);
  EXPECT_EQ(frame.labels[0].data[0], SceneLabel::kTarget);
  EXPECT_EQ(frame.labels[0].data[2], SceneLabel::kBackground);
  EXPECT_TRUE(frame.labels[1].empty());
  ASSERT_TRUE(reader->next(frame));
  EXPECT_EQ(frame.phase, "grasp");
  EXPECT_EQ(frame.labels[0].data[0], SceneLabel::kBackground);
}

TEST_F(LiberoTest, FindsTheInstruction) {
  const auto prompt = [&](const TestDemos& what, const std::string& name) {
    return opened(what, StoredOrder::kAuto, name)->episodes()[0].prompt;
  };
  TestDemos problem, letters, own;
  problem.describe = [](const Hdf5Group& data) {
    data.set_attribute("problem_info", R"({"problem_name": "p", "language_instruction": "turn on the stove"})");
  };
  letters.describe = [](const Hdf5Group& data) {
    data.set_attribute("problem_info", R"({"language_instruction": ["\"", "g", "o", "\""]})");
  };
  own.describe = problem.describe;
  own.edit = [](int, const Hdf5Group& group, const Hdf5Group&) {
    group.set_attribute("language_instruction", "push it");
    group.set_attribute("task", "push");
  };
  EXPECT_EQ(prompt(problem, "x_demo.hdf5"), "turn on the stove");
  EXPECT_EQ(prompt(letters, "x_demo.hdf5"), "go");
  EXPECT_EQ(prompt(own, "x_demo.hdf5"), "push it");
  EXPECT_EQ(prompt({}, "LIVING_ROOM_SCENE10_put_the_mug_away_demo.hdf5"), "put the mug away");
  EXPECT_EQ(prompt({}, "open_the_drawer_demo.hdf5"), "open the drawer");
  const auto recording = opened(own);
  EXPECT_EQ(recording->episodes()[1].task, "push");
}

TEST_F(LiberoTest, SuccessIsAttributeThenRewardThenDone) {
  TestDemos what{.demos = 2, .without = {"rewards"}};
  what.edit = [](int demo, const Hdf5Group& group, const Hdf5Group&) {
    if (demo == 0) group.set_attribute("success", std::uint64_t{0});
    if (demo == 1) group.write("rewards", {6}, std::vector<double>{0, 0.2, 0.4, 0.6, 0.8, 0.9});
  };
  const auto recording = opened(what);
  EXPECT_EQ(recording->episodes()[0].success, false);
  EXPECT_EQ(recording->episodes()[1].success, false);
  EXPECT_EQ(opened({.without = {"rewards"}})->episodes()[0].success, true);  // dones
}

TEST_F(LiberoTest, SeveralThreadsReadAtOnce) {
  const auto recording = opened({.demos = 4, .frames = 20, .convention = "opencv", .compress = 1});
  parallel_jobs(16, 4, [&](int job, int) {
    const auto reader = recording->open(std::size_t(job % 4));
    RecordedFrame frame;
    while (reader->next(frame)) {
      ASSERT_EQ(frame.cameras[0].data[0], test_pixel(0, job % 4, std::size_t(frame.step), 0, 0, 0));
    }
    EXPECT_EQ(frame.step, 19 + job % 4);
  });
}

}  // namespace
}  // namespace awd
