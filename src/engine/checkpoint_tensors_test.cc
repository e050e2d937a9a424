// Names, shapes and counts of the public checkpoints.
#include "engine/checkpoint_tensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/presets.h"

namespace awd {
namespace {

std::int64_t count(const std::vector<TensorSpec>& tensors, bool used_only) {
  std::int64_t sum = 0;
  for (const TensorSpec& tensor : tensors) sum += tensor.is_used || !used_only ? tensor.parameters() : 0;
  return sum;
}

std::map<std::string, TensorSpec> by_name(const std::vector<TensorSpec>& tensors) {
  std::map<std::string, TensorSpec> map;
  for (const TensorSpec& tensor : tensors) map.emplace(tensor.name, tensor);
  return map;
}

TEST(CheckpointTensorsTest, Pi05HasThePublicTensors) {
  const auto tensors = checkpoint_tensors(pi_preset(Variant::kPi05, RobotKind::kLibero));
  EXPECT_EQ(tensors.size(), 812u);
  EXPECT_EQ(count(tensors, false), 3'616'757'520);
  const auto map = by_name(tensors);
  EXPECT_EQ(map.size(), tensors.size()) << "names differ";
  const std::string paligemma = "paligemma_with_expert.paligemma.";
  const std::string tower = paligemma + "model.vision_tower.vision_model.";
  const std::string expert = "paligemma_with_expert.gemma_expert.model.";
  const std::pair<std::string, Shape> shapes[] = {
      {tower + "embeddings.patch_embedding.weight", {1152, 3, 14, 14}},
      {tower + "embeddings.position_embedding.weight", {256, 1152}},
      {tower + "encoder.layers.26.mlp.fc1.weight", {4304, 1152}},
      {tower + "post_layernorm.bias", {1152}},
      {paligemma + "model.multi_modal_projector.linear.weight", {2048, 1152}},
      {paligemma + "model.language_model.layers.17.mlp.down_proj.weight", {2048, 16384}},
      {paligemma + "model.language_model.layers.0.self_attn.k_proj.weight", {256, 2048}},
      {paligemma + "model.language_model.norm.weight", {2048}},
      {paligemma + "lm_head.weight", {257152, 2048}},
      {expert + "layers.0.input_layernorm.dense.weight", {3072, 1024}},
      {expert + "layers.17.post_attention_layernorm.dense.bias", {3072}},
      {expert + "layers.3.self_attn.o_proj.weight", {1024, 2048}},
      {expert + "norm.dense.weight", {3072, 1024}},
      {"paligemma_with_expert.gemma_expert.lm_head.weight", {257152, 1024}},
      {"action_in_proj.weight", {1024, 32}},
      {"action_out_proj.bias", {32}},
      {"time_mlp_in.weight", {1024, 1024}},
  };
  for (const auto& [name, shape] : shapes) {
    ASSERT_TRUE(map.contains(name)) << name;
    EXPECT_EQ(map.at(name).shape, shape) << name;
  }
}

TEST(CheckpointTensorsTest, UnusedAreTheExpertsHeadAndTheTailOfThePrefix) {
  const auto tensors = checkpoint_tensors(pi_preset(Variant::kPi05, RobotKind::kLibero));
  std::set<std::string> unused;
  for (const TensorSpec& tensor : tensors) {
    if (!tensor.is_used) unused.insert(tensor.name);
  }
  const std::string last = std::string(kLanguagePrefix) + "layers.17.";
  const std::set<std::string> expected = {"paligemma_with_expert.gemma_expert.lm_head.weight",
                                          std::string(kLanguagePrefix) + "norm.weight",
                                          last + "post_attention_layernorm.weight",
                                          last + "self_attn.q_proj.weight",
                                          last + "self_attn.o_proj.weight",
                                          last + "mlp.gate_proj.weight",
                                          last + "mlp.up_proj.weight",
                                          last + "mlp.down_proj.weight"};
  EXPECT_EQ(unused, expected);
}

TEST(CheckpointTensorsTest, Pi0HasPlainNormsAStateAndATimeMlp) {
  const auto map = by_name(checkpoint_tensors(pi_preset(Variant::kPi0, RobotKind::kAloha)));
  EXPECT_EQ(map.size(), 777u) << "37 norms without bias, and a state projection";
  EXPECT_EQ(map.at(std::string(kExpertPrefix) + "norm.weight").shape, (Shape{1024}));
  EXPECT_EQ(map.at("state_proj.weight").shape, (Shape{1024, 32}));
  EXPECT_EQ(map.at("action_time_mlp_in.weight").shape, (Shape{1024, 2048}));
  EXPECT_TRUE(map.at("state_proj.weight").is_used);
  EXPECT_FALSE(map.contains("time_mlp_in.weight"));
}

}  // namespace
}  // namespace awd
