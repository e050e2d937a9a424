// LeRobot's configuration, pipelines and statistics, and each bad field by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/test_folder.h"
#include "engine/checkpoint/policy_folder.h"
#include "engine/checkpoint/test_folders.h"
#include "engine/presets.h"

namespace awd {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

const std::string kStateFile = "policy_preprocessor_step_2_normalizer_processor.safetensors";
const std::string kActionFile = "policy_postprocessor_step_0_unnormalizer_processor.safetensors";

class LeRobotTest : public testing::Test {
 protected:
  LeRobotTest() {
    std::filesystem::copy_file(kTestTokenizer, file("tokenizer.model"));
    ModelConfig config = pi_preset(Variant::kPi05, RobotKind::kGeneric);
    set_gemma_variants(*find_gemma_variant("dummy"), *find_gemma_variant("dummy"), config);
    config.llm.vocab = 96;
    write_sparse(file(kWeightFile), all_headers(config));
    config_ = json::parse(R"({"type":"pi05","chunk_size":20,"n_action_steps":10,"num_inference_steps":5,
      "paligemma_variant":"dummy","action_expert_variant":"dummy","tokenizer_max_length":100,
      "input_features":{"observation.images.zoo":{"type":"VISUAL","shape":[3,9,9]},
        "observation.images.arm":{"type":"VISUAL","shape":[3,9,9]},"observation.state":{"type":"STATE","shape":[2]}},
      "output_features":{"action":{"type":"ACTION","shape":[3]}},"min_period":0.004,"max_period":4.0,
      "use_relative_actions":null,"normalization_mapping":{"STATE":"MEAN_STD","ACTION":"QUANTILES"}})");
    pre_ = json::parse(R"({"name":"policy_preprocessor","steps":[
      {"registry_name":"relative_actions_processor","config":{"enabled":true,"exclude_joints":["gripper"],
        "action_names":["shoulder","elbow","Gripper.pos"]}},
      {"registry_name":"to_batch_processor","config":{}},
      {"registry_name":"normalizer_processor","config":{"eps":1e-6,"norm_map":{"STATE":"MEAN_STD","ACTION":"QUANTILES"}}},
      {"registry_name":"my_own_step","config":{}}]})");
    pre_["steps"][2]["state_file"] = kStateFile;
    post_ = json::parse(R"({"name":"policy_postprocessor","steps":[
      {"registry_name":"unnormalizer_processor","config":{"norm_map":{"STATE":"MEAN_STD","ACTION":"QUANTILES"}}}]})");
    post_["steps"][0]["state_file"] = kActionFile;
    stats_ = {{"observation.state.mean", {2}, {1, 2}, StoredType::kF32},
              {"observation.state.std", {2}, {4, 0}, StoredType::kF32},
              {"action.q01", {3}, {0, 1, 5}, StoredType::kF32},
              {"action.q99", {3}, {2, 5, 5}, StoredType::kF32}};
  }

  std::string file(const std::string& name) const { return folder_.file(name); }
  PolicyFolder read(const EngineOptions& options = {}) const {
    write_text(file("config.json"), config_.dump());
    if (!pre_.is_null()) write_text(file("policy_preprocessor.json"), pre_.dump());
    if (!post_.is_null()) write_text(file("policy_postprocessor.json"), post_.dump());
    write_safetensors(file(kStateFile), stats_);
    write_safetensors(file(kActionFile), stats_);
    return read_policy_folder(folder_.path(), options);
  }
  std::string error(const EngineOptions& options = {}) const {
    return error_text([&] { require_policy(read(options)); });
  }
  /// The error with one value changed.
  std::string error_with(json& document, const char* pointer, const json& value) {
    const json before = document;
    document[json::json_pointer(pointer)] = value;
    const std::string text = error();
    document = before;
    return text;
  }

  TestFolder folder_;
  json config_, pre_, post_;
  std::vector<TensorToWrite> stats_;
};

TEST_F(LeRobotTest, ConfigurationAndPipelines) {
  ASSERT_EQ(error(), "no error");
  const PolicyFolder folder = read();
  const ModelConfig& config = *folder.config;
  EXPECT_EQ(config.horizon, 20);
  EXPECT_EQ(config.flow_steps, 5);
  EXPECT_EQ(config.max_tokens, 100);
  EXPECT_EQ(config.state_dim, 2);
  EXPECT_EQ(config.action_dim, 3);
  EXPECT_EQ(config.model_action_dim, 32);
  EXPECT_EQ(config.io.relative_actions, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(config.io.robot, RobotKind::kGeneric);
  EXPECT_THAT(folder.notes, Contains("step my_own_step of policy_preprocessor.json is not run"));
  EXPECT_THAT(folder.notes, Contains("LeRobot executes the first 10 actions of each chunk"));
}

TEST_F(LeRobotTest, StatisticsByTheirOwnConvention) {
  const NormStats norms = *read().norms;
  EXPECT_DOUBLE_EQ(norms.state.to_model[0], 1 / (4 + 1e-6)) << "the step's epsilon";
  EXPECT_DOUBLE_EQ(norms.state.to_robot[0], 4);
  EXPECT_DOUBLE_EQ(norms.actions.offset[1], 3);
  EXPECT_DOUBLE_EQ(norms.actions.to_robot[1], 2);
  EXPECT_DOUBLE_EQ(norms.actions.to_robot[2], 0.5e-8) << "a range of zero";
}

TEST_F(LeRobotTest, OlderFoldersKeepStatisticsAmongTheWeights) {
  pre_ = post_ = {};
  EXPECT_THAT(error(), HasSubstr("statistics of observation.state: expected mean (normalisation MEAN_STD), got none"));
  const std::vector<TensorToWrite> buffers = {
      {"normalize_inputs.buffer_observation_state.mean", {2}, {1, 2}, StoredType::kF32},
      {"normalize_inputs.buffer_observation_state.std", {2}, {4, 8}, StoredType::kF32},
      {"unnormalize_outputs.buffer_action.q01", {3}, {0, 1, 5}, StoredType::kF32},
      {"unnormalize_outputs.buffer_action.q99", {3}, {2, 5, 6}, StoredType::kF32}};
  write_safetensors(file(kWeightFile), buffers);
  const PolicyFolder folder = read();
  ASSERT_TRUE(folder.norms);
  EXPECT_DOUBLE_EQ(folder.norms->state.to_robot[1], 8);
  EXPECT_EQ(folder.norms_source, "buffers in the weight file, MEAN_STD and QUANTILES");
}

TEST_F(LeRobotTest, NoStatisticsOnPurpose) {
  stats_.resize(2);
  EXPECT_THAT(error(), HasSubstr("statistics of action: expected q01 (normalisation QUANTILES), got none; name a"));
  EngineOptions options;
  options.norm_stats = "identity";
  EXPECT_EQ(error(options), "no error");
  EXPECT_EQ(read(options).norms->actions.to_robot, (std::vector<double>{1, 1, 1}));
}

TEST_F(LeRobotTest, BadFieldsOfTheConfiguration) {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Case cases[] = {
      {"/type", "smolvla", "field type: expected pi0 or pi05, got smolvla"},
      {"/type", 5, "field type: expected a string"},
      {"/chunk_size", 0, "field chunk_size: expected an integer in [1, 1000], got 0"},
      {"/num_inference_steps", 1.5, "field num_inference_steps: expected an integer"},
      {"/max_action_dim", 2, "field output_features.action.shape: expected one side in [1, 2], got [3]"},
      {"/output_features/action/shape", "3", "output_features.action.shape: expected one side"},
      {"/input_features/observation.state", 1, "input_features.observation.state: expected an object"},
      {"/input_features", {1}, "field input_features: expected an object"},
      {"/use_visual_memory", true, "field use_visual_memory: expected false"},
      {"/use_delta_joint_actions_aloha", true, "field use_delta_joint_actions_aloha: expected false"},
      {"/max_period", 8.0, "field max_period: expected 4, got 8"},
      {"/image_resolution", {256, 256}, "field image_resolution: expected [224,224], got [256,256]"},
      {"/normalization_mapping/STATE", "SIGMOID", "expected IDENTITY, MEAN_STD, MIN_MAX, QUANTILES or QUANTILE10"},
      {"/paligemma_variant", "gemma_9b", "expected gemma_2b, gemma_300m or dummy, got gemma_9b"},
      {"/adapt_to_pi_aloha", true, "config.json] "},
      {"/n_action_steps", 21, "field n_action_steps: expected an integer in [1, 20], got 21"},
  };
  for (const Case& bad : cases) {
    EXPECT_THAT(error_with(config_, bad.pointer, bad.value), HasSubstr(bad.message)) << bad.pointer;
  }
}

TEST_F(LeRobotTest, BadFieldsOfThePipelines) {
  struct Case {
    const char* pointer;
    json value;
    const char* message;
  };
  const Case cases[] = {
      {"/steps", 3, "policy_preprocessor.json] field steps: expected a list of steps"},
      {"/steps/1", "x", "field steps[1]: expected an object"},
      {"/steps/2/config", nullptr, "field steps[2].config: expected an object"},
      {"/steps/2/config/norm_map/STATE", "HALF", "got HALF"},
      {"/steps/2/config/eps", 0.0, "steps[2].config.eps: expected a number in [1e-30, 1]"},
      {"/steps/2/state_file", "../x", "steps[2].state_file: expected the name of a file beside this one, got ../x"},
      {"/steps/2/state_file", "absent.safetensors", "absent.safetensors] expected a readable"},
      {"/steps/0/config/action_names", {1}, "steps[0].config.action_names: expected a list of names"},
  };
  for (const Case& bad : cases) {
    EXPECT_THAT(error_with(pre_, bad.pointer, bad.value), HasSubstr(bad.message)) << bad.pointer;
  }
}

TEST_F(LeRobotTest, BadStatisticsAreNamed) {
  const std::vector<TensorToWrite> good = stats_;
  const auto error_of = [&](std::size_t index, std::vector<float> values) {
    stats_ = good;
    stats_[index].shape = {std::int64_t(values.size())};
    stats_[index].values = std::move(values);
    return error();
  };
  EXPECT_THAT(error_of(0, {1, 2, 3}),
              HasSubstr("observation.state.mean: expected 2 floating point numbers, got F32 [3]"));
  EXPECT_THAT(error_of(0, {1, NAN}),
              HasSubstr("observation.state (mean, std): expected a finite number at 1, got nan"));
  EXPECT_THAT(error_of(1, {-4, 1}), HasSubstr("(mean, std): expected a positive spread at 0, got -4"));
  EXPECT_THAT(error_of(3, {2, 0, 5}), HasSubstr("action (q01, q99): expected a positive spread at 1, got -1"));
}

}  // namespace
}  // namespace awd
