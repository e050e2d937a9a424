// The steps between robot and model with numbers that can be checked by hand, and configurations that do not fit.
#include "engine/robot_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"

namespace awd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Two values in and out, four inside the model, two actions.
ModelConfig small_config() {
  ModelConfig config;
  config.state_dim = config.action_dim = 2;
  config.model_state_dim = config.model_action_dim = 4;
  config.horizon = 2;
  return config;
}

/// model = (robot - 1) * 2 for states, (robot - 10) / 4 for actions.
NormStats small_norms() {
  return {.state = {.offset = {1, 1}, .to_model = {2, 2}, .to_robot = {0.5, 0.5}},
          .actions = {.offset = {10, 10}, .to_model = {0.25, 0.25}, .to_robot = {4, 4}}};
}

std::string config_error(const ModelConfig& config) {
  try {
    check_robot_io("config.json", config);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

const std::vector<float> kModelActions = {0, 1, 99, 99, -1, 2, 99, 99};  // the last two are padding

TEST(RobotIo, StatesAreNormalisedAndActionsAreNot) {
  const ModelConfig config = small_config();
  std::vector<float> state(2), actions(4);
  to_model_state(config, small_norms(), std::vector<float>{1.5f, 0.f}, state);
  EXPECT_THAT(state, ElementsAre(1.f, -2.f));
  to_robot_actions(config, small_norms(), {}, kModelActions, actions);
  EXPECT_THAT(actions, ElementsAre(10.f, 14.f, 6.f, 18.f));
  EXPECT_FALSE(has_relative_actions(config));
}

TEST(RobotIo, RelativeActionsStartAtTheState) {
  ModelConfig config = small_config();
  config.io.relative_actions = {false, true};
  std::vector<float> actions(4);
  EXPECT_TRUE(has_relative_actions(config));
  to_robot_actions(config, small_norms(), std::vector<float>{100.f, 200.f}, kModelActions, actions);
  EXPECT_THAT(actions, ElementsAre(10.f, 214.f, 6.f, 218.f));
}

TEST(RobotIo, AlohaMirrorsShoulderAndElbowOfBothArms) {
  ModelConfig config = small_config();
  config.state_dim = config.action_dim = config.model_action_dim = 14;
  config.horizon = 1;
  config.io.aloha_units = true;
  config.io.relative_actions = std::vector<bool>(14, true);
  const std::vector<double> zeros(14, 0.0), ones(14, 1.0);
  const NormStats norms = {.state = {zeros, ones, ones}, .actions = {zeros, ones, ones}};
  const std::vector<float> state = {1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12, 0};
  std::vector<float> model_state(14), actions(14);
  to_model_state(config, norms, state, model_state);
  model_state[6] = model_state[13] = 0;  // grippers: compared with openpi's in the goldens
  EXPECT_THAT(model_state, ElementsAre(1, -2, -3, 4, 5, 6, 0, 7, -8, -9, 10, 11, 12, 0));
  to_robot_actions(config, norms, state, std::vector<float>(14, 0.f), actions);
  for (std::size_t i = 0; i < 14; ++i) {
    const bool is_gripper = i % 7 == 6;
    EXPECT_TRUE(is_gripper || actions[i] == state[i]) << "no motion is the state itself: " << i;
  }
}

TEST(RobotIo, ConfigurationsThatDoNotFitAreRefused) {
  EXPECT_EQ(config_error(small_config()), "no error");
  ModelConfig config = small_config();
  config.io.aloha_units = true;
  EXPECT_THAT(config_error(config),
              HasSubstr("[config.json] ALOHA units: expected 14 values in states and actions, got 2"));
  config = small_config();
  config.io.relative_actions = {true};
  EXPECT_THAT(config_error(config), HasSubstr("relative actions: expected 2 dimensions, got 1"));
  config.io.relative_actions = {true, true};
  config.state_dim = 1;
  EXPECT_THAT(config_error(config),
              HasSubstr("relative actions: expected dimensions of the state's 1, got dimension 1"));
}

}  // namespace
}  // namespace awd
