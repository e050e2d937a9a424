// Requests of openpi's three robots as observations; AWD's own keys; complaints that name the key.
#include "server/codec/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"
#include "server/test_messages.h"

namespace awd::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> pixels_of(const ImageView& view) { return {view.data, view.data + 3 * view.height * view.width}; }

std::vector<int> levels_from(int first) {
  std::vector<int> levels;
  for (int i = 0; i < 12; ++i) levels.push_back(first + i);
  return levels;
}

RequestReader reader_for(RobotKind robot, PolicyInfo info = small_policy_info(), const std::string& prompt = "") {
  const ObservationKeys keys = robot_keys(robot, info.cameras);
  return RequestReader(std::move(info), keys, prompt);
}

TEST(RequestTest, Libero) {
  const std::string bytes = test_message("libero");
  RequestReader reader = reader_for(RobotKind::kLibero);
  const Observation& observation = reader.read(Message::parse(bytes_of(bytes)));
  EXPECT_EQ(pixels_of(observation.cameras[0]), levels_from(0));
  EXPECT_EQ(pixels_of(observation.cameras[1]), levels_from(100));
  EXPECT_THAT(observation.state, ElementsAre(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75));
  EXPECT_EQ(observation.prompt, "put the red cube in the bin");
  EXPECT_TRUE(observation.joints.empty());
  EXPECT_TRUE(observation.robot_masks.empty());
}

TEST(RequestTest, DroidJoinsItsStateAndCutsFloatPicturesToLevels) {
  const std::string bytes = test_message("droid");
  RequestReader reader = reader_for(RobotKind::kDroid);
  const Observation& observation = reader.read(Message::parse(bytes_of(bytes)));
  EXPECT_EQ(pixels_of(observation.cameras[0]), levels_from(10));
  // 255 * (x / 255) in float32, cut as numpy's astype does: one level less where the product falls short.
  for (int i = 0; i < 12; ++i) EXPECT_NEAR(observation.cameras[1].data[i], 20 + i, 1);
  EXPECT_THAT(observation.state, ElementsAre(0, 1, 2, 3, 4, 5, 6, 0.5));
  EXPECT_THAT(observation.joints, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(observation.prompt, "stack");
}

TEST(RequestTest, AlohaTurnsItsPicturesAndMayMissAWrist) {
  const std::string bytes = test_message("aloha");
  PolicyInfo info = small_policy_info();
  info.cameras = {"base_0_rgb", "left_wrist_0_rgb", "right_wrist_0_rgb"};
  info.state_dim = 14;
  RequestReader reader = reader_for(RobotKind::kAloha, info);
  const Observation& observation = reader.read(Message::parse(bytes_of(bytes)));
  EXPECT_EQ(pixels_of(observation.cameras[0]), levels_from(30));
  EXPECT_TRUE(observation.cameras[1].empty());
  EXPECT_EQ(pixels_of(observation.cameras[2]), levels_from(40));
}

TEST(RequestTest, PicturesAreResizedToThePolicys) {
  const std::string bytes = test_message("libero");
  PolicyInfo info = small_policy_info();
  info.image_size = 4;
  RequestReader reader = reader_for(RobotKind::kLibero, info);
  const Observation& observation = reader.read(Message::parse(bytes_of(bytes)));
  EXPECT_EQ(observation.cameras[0].height, 4);
  EXPECT_EQ(observation.cameras[0].width, 4);
}

TEST(RequestTest, OtherNames) {
  const std::vector<std::string> cameras{"base", "wrist"};
  const ObservationKeys keys =
      with_changes(robot_keys(RobotKind::kGeneric, cameras), "wrist=images/hand?,state=q+grip,prompt=task", cameras);
  EXPECT_EQ(keys.cameras[0].name, "observation/image");
  EXPECT_EQ(keys.cameras[1].name, "images/hand");
  EXPECT_TRUE(keys.cameras[1].is_optional);
  EXPECT_THAT(keys.state, ElementsAre("q", "grip"));
  EXPECT_EQ(keys.prompt, "task");
  EXPECT_THROW((void)with_changes(keys, "hand=images/hand", cameras), Error);
  EXPECT_THROW((void)with_changes(keys, "base", cameras), Error);
  EXPECT_THROW((void)with_changes(keys, "prompt=", cameras), Error);
}

TEST(RequestTest, ComplaintsNameTheKey) {
  RequestReader reader = reader_for(RobotKind::kLibero);
  const auto complaint = [&reader](const std::string& bytes) -> std::string {
    try {
      (void)reader.read(Message::parse(bytes_of(bytes)));
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string libero = test_message("libero");
  EXPECT_EQ(complaint(libero), "accepted");
  EXPECT_THAT(complaint("\x80"), HasSubstr("key \"observation/image\": expected a picture"));
  EXPECT_THAT(complaint(test_message("droid")), HasSubstr("observation/image"));
  const std::string prompt = "\xa6prompt";
  std::string no_prompt = libero;
  no_prompt.replace(no_prompt.find(prompt), prompt.size(), "\xa6promqt");
  EXPECT_THAT(complaint(no_prompt),
              HasSubstr("key \"prompt\": expected the instruction as a text in UTF-8, got nothing"));
  std::string latin1 = libero;
  latin1.replace(latin1.find("cube"), 4, "caf\xe9");
  EXPECT_THAT(complaint(latin1), HasSubstr("the instruction as a text in UTF-8"));
  RequestReader with_prompt = reader_for(RobotKind::kLibero, small_policy_info(), "wave");
  EXPECT_EQ(with_prompt.read(Message::parse(bytes_of(no_prompt))).prompt, "wave");
}

TEST(RequestTest, HintsOfTheClient) {
  const auto hint_of = [](const std::string& bytes) { return read_hint(Message::parse(bytes_of(bytes))); };
  EXPECT_FALSE(hint_of("\x80").resets);
  EXPECT_FALSE(hint_of("\x80").step);
  Packer packer;
  packer.map(2).text(kResetKey).integer(7).text(kStepKey).integer(40);
  const EpisodeHint hint = hint_of(packer.take());
  EXPECT_TRUE(hint.resets);
  EXPECT_EQ(hint.seed, 7u);
  EXPECT_EQ(hint.step, 40);
  packer.map(1).text(kResetKey).flag(false);
  EXPECT_FALSE(hint_of(packer.take()).resets);
  packer.map(1).text(kStepKey).number(1.5);
  EXPECT_THROW((void)hint_of(packer.take()), Error);
  packer.map(1).text(kStepKey).integer(-1);
  EXPECT_THROW((void)hint_of(packer.take()), Error);
}

}  // namespace
}  // namespace awd::server
