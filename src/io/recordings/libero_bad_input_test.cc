// Everything that can be wrong with a file of demonstrations is one line that names file, key, expected and got.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/recordings/libero.h"
#include "io/recordings/test_demos.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

class LiberoBadInput : public testing::Test {
 protected:
  /// Opens what was written and reads every frame.
  void read_all(const TestDemos& what) const {
    write_test_demos(path_, what);
    read_all();
  }
  void read_all() const {
    const auto recording = open_libero_recording(path_, StoredOrder::kAuto);
    for (std::size_t i = 0; i < recording->episodes().size(); ++i) {
      const auto reader = recording->open(i);
      RecordedFrame frame;
      while (reader->next(frame)) {
      }
    }
  }
  /// Demonstration 1 has `values` of `shape` as obs/`name`; demonstration 0 is as it should be.
  template <class T>
  static TestDemos with_other(const std::string& name, const std::vector<std::size_t>& shape, std::vector<T> values) {
    TestDemos what;
    what.without = {name};
    what.edit = [=](int demo, const Hdf5Group&, const Hdf5Group& obs) {
      if (demo == 1) obs.write(name, shape, values);
      if (demo == 0 && name == "ee_states") obs.write(name, {5, 6}, test_rows(5, 6, 0));
      if (demo == 0 && name == "agentview_rgb") obs.write(name, {5, 4, 6, 3}, test_pictures(0, 0, 5, 4, 6));
    };
    return what;
  }
  static auto complains(const std::string& key, const std::string& expected, const std::string& got) {
    return ThrowsMessage<Error>(AllOf(HasSubstr("x.hdf5"), HasSubstr("\"" + key + "\""), HasSubstr(expected),
                                      HasSubstr(got), Not(HasSubstr("\n"))));
  }

  TestFolder folder_;
  std::string path_ = folder_.file("x.hdf5");
};

TEST_F(LiberoBadInput, TruncatedFile) {
  write_test_demos(path_, {});
  fs::resize_file(path_, fs::file_size(path_) / 2);
  EXPECT_THAT([&] { read_all(); },
              ThrowsMessage<Error>(
                  AllOf(HasSubstr(path_), HasSubstr("expected a complete HDF5 file"), HasSubstr("truncated"))));
}

TEST_F(LiberoBadInput, FilesOfAnotherLayout) {
  {
    Hdf5Writer writer(path_);
    writer.create_group("observations");
    writer.commit();
  }
  EXPECT_THAT([&] { read_all(); }, complains("data", "a group of demonstrations", "there is: observations"));
  EXPECT_THAT([&] { read_all({.demos = 0}); }, complains("data", "demo_0", "an empty group"));
}

TEST_F(LiberoBadInput, MissingKeys) {
  EXPECT_THAT(
      [&] {
        read_all({.without = {"agentview_rgb", "eye_in_hand_rgb"}});
      },
      complains("data/demo_0/obs", "agentview_rgb", "got ee_states"));
  EXPECT_THAT([&] { read_all({.without = {"ee_states"}}); },
              complains("data/demo_0/obs", "ee_states", "got agentview"));
  EXPECT_THAT([&] { read_all({.without = {"gripper_states"}}); },
              complains("data/demo_0/obs", "gripper_states or robot0_gripper_qpos", "joint_states"));
  EXPECT_THAT([&] { read_all({.is_robomimic = true, .without = {"robot0_eef_quat"}}); },
              complains("data/demo_0/obs", "robot0_eef_quat", "got agentview_image"));
}

TEST_F(LiberoBadInput, KeyMissingInALaterDemonstration) {
  EXPECT_THAT([&] { read_all(with_other("ee_states", {1}, std::vector<float>{1})); },
              complains("data/demo_1/obs/ee_states", "numbers [6, 6]", "got [1] of 32-bit floats"));
  TestDemos later;
  later.without = {"actions"};
  later.edit = [](int demo, const Hdf5Group& group, const Hdf5Group&) {
    if (demo == 0) group.write("actions", {5, 7}, test_rows(5, 7, 0));
  };
  EXPECT_THAT([&] { read_all(later); }, complains("data/demo_1/actions", "a dataset", "got none (beside it: dones"));
}

TEST_F(LiberoBadInput, OtherPictureSizesAndTypes) {
  EXPECT_THAT(
      [&] {
        read_all(with_other("agentview_rgb", {6, 4, 5, 3}, test_pictures(0, 0, 6, 4, 5)));
      },
      complains("data/demo_1/obs/agentview_rgb", "pictures [T, 4, 6, 3] of 8-bit unsigned", "got [6, 4, 5, 3]"));
  EXPECT_THAT(
      [&] {
        read_all(with_other("agentview_rgb", {6, 4, 6, 3}, std::vector<float>(6 * 4 * 6 * 3)));
      },
      complains("data/demo_1/obs/agentview_rgb", "8-bit unsigned integers", "got [6, 4, 6, 3] of 32-bit floats"));
  EXPECT_THAT(
      [&] {
        read_all(with_other("agentview_rgb", {6, 4, 6}, std::vector<std::uint8_t>(6 * 4 * 6)));
      },
      complains("data/demo_1/obs/agentview_rgb", "[T, 4, 6, 3]", "got [6, 4, 6]"));
  EXPECT_THAT(
      [&] {
        read_all(with_other("agentview_rgb", {4, 4, 6, 3}, test_pictures(0, 0, 4, 4, 6)));
      },
      complains("data/demo_1/obs/eye_in_hand_rgb", "[4, 4, 6, 3]", "got [6, 4, 6, 3]"));
}

TEST_F(LiberoBadInput, OtherStateSizes) {
  EXPECT_THAT(
      [&] {
        read_all(with_other("ee_states", {6, 7}, test_rows(6, 7, 0)));
      },
      complains("data/demo_1/obs/ee_states", "numbers [6, 6]", "got [6, 7]"));
  EXPECT_THAT(
      [&] {
        read_all(with_other("ee_states", {5, 6}, test_rows(5, 6, 0)));
      },
      complains("data/demo_1/obs/ee_states", "numbers [6, 6]", "got [5, 6]"));
}

TEST_F(LiberoBadInput, NumbersThatAreNotFinite) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), 1e300}) {
    std::vector<double> states = test_rows(6, 6, 0);
    states[3 * 6 + 2] = bad;
    EXPECT_THAT(
        [&] {
          read_all(with_other("ee_states", {6, 6}, states));
        },
        complains("data/demo_1/obs/ee_states", "frame 3: expected finite numbers", "in column 2"));
  }
  TestDemos actions{.demos = 1, .without = {"actions"}};
  actions.edit = [](int, const Hdf5Group& group, const Hdf5Group&) {
    std::vector<float> values(5 * 7, 0.5f);
    values[4 * 7] = std::numeric_limits<float>::quiet_NaN();
    group.write("actions", {5, 7}, values);
  };
  EXPECT_THAT([&] { read_all(actions); },
              complains("data/demo_0/actions", "frame 4: expected finite", "nan in column 0"));
}

TEST_F(LiberoBadInput, QuaternionsThatAreNone) {
  TestDemos what{.demos = 1, .is_robomimic = true, .without = {"robot0_eef_quat"}};
  what.edit = [](int, const Hdf5Group&, const Hdf5Group& obs) {
    obs.write("robot0_eef_quat", {5, 4}, std::vector<float>(20, 0.0f));
  };
  EXPECT_THAT([&] { read_all(what); }, complains("data/demo_0/obs/robot0_eef_quat", "length 1", "length 0"));
}

TEST_F(LiberoBadInput, LabelsAndPhasesOutOfRange) {
  const auto with = [](std::uint8_t label, std::uint8_t phase) {
    TestDemos what{.demos = 1};
    what.edit = [=](int, const Hdf5Group& group, const Hdf5Group&) {
      group.set_attribute("phases", "reach,grasp");
      const Hdf5Group ours = group.create_group("awd");
      ours.create_group("labels").write("agentview", {5, 1, 1}, std::vector<std::uint8_t>(5, label));
      ours.write("phase", {5}, std::vector<std::uint8_t>(5, phase));
    };
    return what;
  };
  EXPECT_NO_THROW(read_all(with(4, 1)));
  EXPECT_THAT([&] { read_all(with(5, 1)); }, complains("data/demo_0/awd/labels/agentview", "labels below 5", "got 5"));
  EXPECT_THAT([&] { read_all(with(4, 2)); }, complains("data/demo_0/awd/phase", "2 words", "got 2"));
}

TEST_F(LiberoBadInput, AttributesThatSayNothing) {
  EXPECT_THAT([&] { read_all({.convention = "upside down"}); },
              complains("data@macros_image_convention", "opencv or opengl", "upside down"));
  TestDemos what;
  what.describe = [](const Hdf5Group& data) { data.set_attribute("problem_info", "{half"); };
  EXPECT_THAT([&] { read_all(what); }, complains("data@problem_info", "JSON object", "{half"));
}

TEST_F(LiberoBadInput, NoFrames) {
  TestDemos what{.demos = 1, .without = {"agentview_rgb"}};
  what.edit = [](int, const Hdf5Group&, const Hdf5Group& obs) {
    obs.write("agentview_rgb", {0, 4, 6, 3}, std::vector<std::uint8_t>{});
  };
  EXPECT_THAT([&] { read_all(what); },
              complains("data/demo_0/obs/agentview_rgb", "pictures [T, H, W, 3]", "[0, 4, 6, 3]"));
}

}  // namespace
}  // namespace awd
