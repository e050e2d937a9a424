// One file or shards, every spelling of names, and indices that lie.
#include "engine/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_folder.h"
#include "engine/checkpoint/tensor_names.h"
#include "engine/checkpoint/test_folders.h"

namespace awd {
namespace {

using testing::HasSubstr;

const std::string kGemma = "paligemma_with_expert.paligemma.";

TEST(TensorNamesTest, EverySpellingHasOneName) {
  const std::pair<std::string, std::string> names[] = {
      {"model.action_in_proj.weight", "action_in_proj.weight"},
      {"model." + kGemma + "lm_head.weight", kGemma + "lm_head.weight"},
      {kGemma + "vision_tower.vision_model.post_layernorm.bias",
       kGemma + "model.vision_tower.vision_model.post_layernorm.bias"},
      {"model." + kGemma + "multi_modal_projector.linear.bias", kGemma + "model.multi_modal_projector.linear.bias"},
      {kGemma + "language_model.model.layers.0.mlp.up_proj.weight",
       kGemma + "model.language_model.layers.0.mlp.up_proj.weight"},
      {kGemma + "language_model.norm.weight", kGemma + "model.language_model.norm.weight"},
      {kGemma + "language_model.lm_head.weight", kEmbeddingTensor},
      {kGemma + "model.language_model.embed_tokens.weight", kOwnEmbedding},
      {"paligemma_with_expert.gemma_expert.model.norm.weight", "paligemma_with_expert.gemma_expert.model.norm.weight"},
      {"normalize_inputs.buffer_observation_state.mean", "normalize_inputs.buffer_observation_state.mean"},
  };
  for (const auto& [stored, expected] : names) EXPECT_EQ(canonical_name(stored), expected) << stored;
}

class CheckpointTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::vector<std::string>& tensors) const {
    std::vector<TensorHeader> headers;
    for (const std::string& tensor : tensors) headers.push_back({tensor, StoredType::kBf16, {2, 3}});
    write_sparse(folder_.file(name), headers);
  }
  void write_index(const std::string& weight_map) const {
    write_text(folder_.file(kShardIndex), R"({"metadata":{},"weight_map":)" + weight_map + "}");
  }
  std::string error() const {
    return error_text([&] { const Checkpoint checkpoint(folder_.path()); });
  }

  TestFolder folder_;
};

TEST_F(CheckpointTest, ShardsAreOneCheckpoint) {
  write("model-00001-of-00002.safetensors", {"model.action_in_proj.weight", kGemma + "lm_head.weight"});
  write("model-00002-of-00002.safetensors", {"model.action_out_proj.weight"});
  write_index(R"({"model.action_in_proj.weight":"model-00001-of-00002.safetensors",
    "paligemma_with_expert.paligemma.lm_head.weight":"model-00001-of-00002.safetensors",
    "model.action_out_proj.weight":"model-00002-of-00002.safetensors"})");
  const Checkpoint checkpoint(folder_.path());
  EXPECT_EQ(checkpoint.files().size(), 2u);
  ASSERT_NE(checkpoint.find("action_out_proj.weight"), nullptr);
  EXPECT_THAT(checkpoint.find("action_out_proj.weight")->file->path(), HasSubstr("00002-of"));
  EXPECT_EQ(checkpoint.find("action_out_proj.bias"), nullptr);
  EXPECT_THAT(checkpoint.spellings(),
              testing::ElementsAre(HasSubstr("2 tensors under another spelling"), HasSubstr("stored as lm_head")));
}

TEST_F(CheckpointTest, TheEmbeddingHasTwoNames) {
  write(kWeightFile, {kOwnEmbedding});
  EXPECT_EQ(Checkpoint(folder_.path()).find(kEmbeddingTensor)->stored->name, kOwnEmbedding);
  write(kWeightFile, {kOwnEmbedding, kEmbeddingTensor});
  const Checkpoint both(folder_.path());
  EXPECT_EQ(both.find(kEmbeddingTensor)->stored->name, kOwnEmbedding);
  EXPECT_THAT(both.spellings(), testing::ElementsAre(HasSubstr("stored twice")));
}

TEST_F(CheckpointTest, TimeLayersOfPi05MayHaveTheirNamesOfPi0) {
  write(kWeightFile, {"action_time_mlp_in.weight"});
  EXPECT_NE(Checkpoint(folder_.path()).find("action_time_mlp_in.weight"), nullptr) << "pi0 keeps it";
  write(kWeightFile, {"action_time_mlp_in.weight", std::string(kExpertPrefix) + "norm.dense.weight"});
  const Checkpoint pi05(folder_.path());
  EXPECT_NE(pi05.find("time_mlp_in.weight"), nullptr);
  EXPECT_EQ(pi05.find("action_time_mlp_in.weight"), nullptr);
}

TEST_F(CheckpointTest, ATensorThatIsThereTwice) {
  write(kWeightFile, {"action_in_proj.weight", "model.action_in_proj.weight"});
  EXPECT_THAT(error(),
              HasSubstr("tensor model.action_in_proj.weight: expected it once, got it also as action_in_proj"));
  std::filesystem::remove(folder_.file(kWeightFile));
  write("a.safetensors", {"x", "y"});
  write("b.safetensors", {"y"});
  write_index(R"({"x":"a.safetensors","y":"b.safetensors"})");
  EXPECT_THAT(error(), HasSubstr("b.safetensors] tensor y: expected it once"));
}

TEST_F(CheckpointTest, BadIndicesAreNamed) {
  write("a.safetensors", {"x"});
  const std::pair<const char*, const char*> cases[] = {
      {R"({"x":"absent.safetensors"})", "absent.safetensors] expected a readable"},
      {R"({"x":"a.safetensors","z":"a.safetensors"})", "tensor z: expected it in a.safetensors, got no such tensor"},
      {R"({"x":"../a.safetensors"})", "weight_map.x: expected the name of a file beside the index"},
      {R"({"x":".."})", "weight_map.x: expected the name of a file"},
      {R"({"x":7})", "weight_map.x: expected the name of a file"},
      {R"([])", "weight_map: expected an object"},
      {R"({})", "weight_map: expected an object"},
  };
  for (const auto& [map, message] : cases) {
    write_index(map);
    EXPECT_THAT(error(), HasSubstr(message)) << map;
  }
  write_text(folder_.file(kShardIndex), "{");
  EXPECT_THAT(error(), HasSubstr("garbled"));
}

}  // namespace
}  // namespace awd
