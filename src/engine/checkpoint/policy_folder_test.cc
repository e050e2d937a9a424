// Full-size folders of every kind, from headers alone, and every problem of a bad one.
#include "engine/checkpoint/policy_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/test_folder.h"
#include "engine/checkpoint/resident_bytes.h"
#include "engine/checkpoint/test_folders.h"
#include "engine/presets.h"

namespace awd {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

const std::string kOpenpiConfig = R"({"action_dim":32,"action_horizon":10,"paligemma_variant":"gemma_2b",
  "action_expert_variant":"gemma_300m","precision":"bfloat16"})";

class PolicyFolderTest : public testing::Test {
 protected:
  PolicyFolderTest() { std::filesystem::copy_file(kTestTokenizer, folder_.file("tokenizer.model")); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  PolicyFolder read(const EngineOptions& options = {}) const { return read_policy_folder(folder_.path(), options); }
  /// The error of loading.
  std::string error(const EngineOptions& options = {}) const {
    return error_text([&] { require_policy(read(options)); });
  }
  void write_openpi() const {
    write_sparse(file(kWeightFile), headers_);
    write_text(file("config.json"), kOpenpiConfig);
    write_text(file("assets/physical-intelligence/libero/norm_stats.json"), stats_text(8, 7));
  }
  TensorHeader& header(const std::string& name) {
    return *std::find_if(headers_.begin(), headers_.end(), [&](const TensorHeader& h) { return h.name == name; });
  }

  TestFolder folder_;
  std::vector<TensorHeader> headers_ = all_headers(pi_preset(Variant::kPi05, RobotKind::kLibero));
};

TEST_F(PolicyFolderTest, OpenpiLibero) {
  write_openpi();
  ASSERT_EQ(error(), "no error");
  const PolicyFolder folder = read();
  EXPECT_EQ(*folder.kind, FolderKind::kOpenpi);
  const ModelConfig& config = *folder.config;
  EXPECT_EQ(config.variant, Variant::kPi05);
  EXPECT_EQ(config.io.robot, RobotKind::kLibero);
  EXPECT_EQ(config.state_input, StateInput::kNone);
  EXPECT_EQ(config.horizon, 10);
  EXPECT_EQ(config.llm.vocab, kPaliGemmaVocab);
  EXPECT_EQ(config.vision.heads, 16);
  EXPECT_EQ(folder.norms->actions.offset.size(), 7u);
  EXPECT_THAT(folder.notes, Contains(HasSubstr("robot libero by the statistics of physical-intelligence/libero")));
  EXPECT_EQ(folder.tensors->unused.size(), 8u);
  EXPECT_GT(folder.tensors->unused_bytes, 263'323'648u * 2) << "the expert's head is not read";
  const PartCheck& vision = folder.tensors->parts[std::size_t(PolicyPart::kVision)];
  EXPECT_EQ(vision.parameters, 412'442'352);
  EXPECT_EQ(vision.bytes, 824'884'704u);
  EXPECT_EQ(folder.tensors->parts[std::size_t(PolicyPart::kEmbedding)].parameters, 526'647'296);
}

TEST_F(PolicyFolderTest, LeRobotSavesUnderALeadingModelAndEmbedTokens) {
  for (TensorHeader& header : headers_) {
    if (header.name == kEmbeddingTensor) header.name = std::string(kLanguagePrefix) + "embed_tokens.weight";
    header.name = "model." + header.name;
    if (header.name.ends_with("norm.dense.weight")) header.type = StoredType::kF32;
  }
  write_sparse(file(kWeightFile), headers_);
  write_text(file("config.json"), R"({"type":"pi05","chunk_size":50,"n_action_steps":10,"max_action_dim":32,
    "paligemma_variant":"gemma_2b","action_expert_variant":"gemma_300m","empty_cameras":1,
    "input_features":{"observation.images.image":{"type":"VISUAL","shape":[3,256,256]},
      "observation.images.image2":{"type":"VISUAL","shape":[3,256,256]},
      "observation.images.empty_camera_0":{"type":"VISUAL","shape":[3,224,224]},
      "observation.state":{"type":"STATE","shape":[8]}},
    "output_features":{"action":{"type":"ACTION","shape":[7]}},
    "normalization_mapping":{"VISUAL":"IDENTITY","STATE":"IDENTITY","ACTION":"IDENTITY"}})");
  ASSERT_EQ(error(), "no error");
  const PolicyFolder folder = read();
  EXPECT_EQ(*folder.kind, FolderKind::kLeRobot);
  EXPECT_EQ(folder.config->cameras, (std::vector<std::string>{"image", "image2"}));
  EXPECT_EQ(folder.config->state_input, StateInput::kPrompt);
  EXPECT_EQ(folder.config->io.resize, PictureResize::kSampled);
  EXPECT_EQ(folder.config->horizon, 50);
  EXPECT_EQ(folder.tensors->parts[std::size_t(PolicyPart::kExpert)].types, (std::set<std::string>{"BF16", "F32"}));
  EXPECT_THAT(folder.notes, Contains(HasSubstr("812 tensors under another spelling")));
  EXPECT_THAT(folder.notes, Contains(HasSubstr("the embedding is stored as embed_tokens")));
}

TEST_F(PolicyFolderTest, ShardsOfPi0) {
  headers_ = all_headers(pi_preset(Variant::kPi0, RobotKind::kDroid), StoredType::kF32);
  json index = json::object();
  const std::size_t half = headers_.size() / 2;
  for (std::size_t i = 0; i < headers_.size(); ++i) {
    index["weight_map"][headers_[i].name] = i < half ? "model-1.safetensors" : "model-2.safetensors";
  }
  write_sparse(file("model-1.safetensors"), {headers_.begin(), headers_.begin() + std::ptrdiff_t(half)});
  write_sparse(file("model-2.safetensors"), {headers_.begin() + std::ptrdiff_t(half), headers_.end()});
  write_text(file(kShardIndex), index.dump());
  write_text(file("assets/droid/norm_stats.json"), stats_text(8, 8));
  ASSERT_EQ(error(), "no error");
  const PolicyFolder folder = read();
  EXPECT_EQ(folder.config->variant, Variant::kPi0);
  EXPECT_EQ(folder.config->io.robot, RobotKind::kDroid);
  EXPECT_EQ(folder.config->horizon, 10) << "openpi's own, without a config.json";
  EXPECT_EQ(folder.config->max_tokens, 48);
}

TEST_F(PolicyFolderTest, AllBadTensorsAreInOneError) {
  header("time_mlp_in.weight").shape = {1024, 512};
  header("action_in_proj.bias").type = StoredType::kI32;
  std::erase_if(headers_, [](const TensorHeader& h) { return h.name.find("layers.3.mlp.") != std::string::npos; });
  headers_.push_back({"surprise", StoredType::kF32, {3}});
  write_openpi();
  const PolicyFolder folder = read();
  EXPECT_EQ(folder.problems.size(), 1u);
  ASSERT_TRUE(folder.tensors);
  EXPECT_EQ(folder.tensors->problems.size(), 12u) << "4 of the tower, 3 of each stack, and two";
  EXPECT_THAT(folder.tensors->problems,
              Contains("tensor time_mlp_in.weight: expected shape [1024, 1024], got [1024, 512]"));
  EXPECT_THAT(folder.tensors->problems, Contains(HasSubstr("action_in_proj.bias: expected F32, F16 or BF16")));
  EXPECT_EQ(folder.tensors->extra, (std::vector<std::string>{"surprise"})) << "reported, but no problem";
  EXPECT_THAT(error(), HasSubstr("encoder.layers.3.mlp.fc1.weight: expected shape [4304, 1152], got no such tensor"));
  EXPECT_THAT(error(), HasSubstr("and 9 more tensors"));
}

TEST_F(PolicyFolderTest, AdaptersMustBeMerged) {
  headers_.push_back({std::string(kExpertPrefix) + "layers.0.self_attn.q_proj.lora_A.weight", StoredType::kF32, {3}});
  write_openpi();
  EXPECT_THAT(error(), HasSubstr("expected adapters merged into the weights"));
}

TEST_F(PolicyFolderTest, StatisticsOfSeveralRobotsNeedAChoice) {
  write_openpi();
  write_text(file("assets/droid/norm_stats.json"), stats_text(8, 8));
  write_text(file("assets/trossen/norm_stats.json"), stats_text(14, 14));
  EXPECT_THAT(error(), HasSubstr("choose with the option robot or norm_stats), got 3: droid, "
                                 "physical-intelligence/libero, trossen"));
  EngineOptions options;
  options.robot = RobotKind::kAloha;
  EXPECT_EQ(error(options), "no error");
  const PolicyFolder aloha = read(options);
  EXPECT_EQ(aloha.config->action_dim, 14);
  EXPECT_TRUE(aloha.config->io.aloha_units);
  options.robot = RobotKind::kAuto;
  options.norm_stats = file("assets/droid/norm_stats.json");
  EXPECT_EQ(error(options), "no error");
  EXPECT_EQ(read(options).config->io.robot, RobotKind::kDroid);
}

TEST_F(PolicyFolderTest, AnUnknownRobotHasTheDimensionsOfItsStatistics) {
  write_openpi();
  std::filesystem::remove_all(file("assets"));
  EXPECT_THAT(error(), HasSubstr("assets] expected ID/norm_stats.json of the training"));
  write_text(file("assets/me/my_robot/norm_stats.json"), stats_text(6, 5));
  EXPECT_EQ(error(), "no error");
  EXPECT_EQ(read().config->io.robot, RobotKind::kGeneric);
  EXPECT_EQ(read().config->state_dim, 6);
  EXPECT_EQ(read().config->action_dim, 5);
  write_text(file("assets/me/my_robot/norm_stats.json"), stats_text(6, 33));
  EXPECT_THAT(error(), HasSubstr("at most 32 state and 32 action dimensions, got 6 and 33"));
  EngineOptions options;
  options.norm_stats = "identity";
  EXPECT_EQ(error(options), "no error");
}

TEST_F(PolicyFolderTest, StatisticsShorterThanTheRobot) {
  write_openpi();
  write_text(file("assets/physical-intelligence/libero/norm_stats.json"), stats_text(8, 6));
  EXPECT_THAT(error(), HasSubstr("field norm_stats.actions.q01: expected at least 7 numbers"));
}

TEST_F(PolicyFolderTest, ProblemsOfAllPartsAreCollected) {
  write_openpi();
  std::filesystem::remove(file("tokenizer.model"));
  write_text(file("assets/physical-intelligence/libero/norm_stats.json"), "{}");
  std::erase_if(headers_, [](const TensorHeader& h) { return h.name == "time_mlp_out.bias"; });
  write_sparse(file(kWeightFile), headers_);
  EXPECT_EQ(read().problems.size(), 3u);
  EXPECT_THAT(error(), HasSubstr("got 3 problems: (1) "));
  EXPECT_THAT(error(), HasSubstr("field norm_stats: expected a value, got none"));
  EXPECT_THAT(error(), HasSubstr("time_mlp_out.bias"));
  EXPECT_THAT(error(), HasSubstr("tokenizer.model of google/paligemma-3b-pt-224"));
}

TEST_F(PolicyFolderTest, TokenizerOfAnotherModel) {
  write_openpi();
  EngineOptions options;
  options.tokenizer = kTestTokenizer;
  std::filesystem::remove(file("tokenizer.model"));
  EXPECT_EQ(error(options), "no error");
  header(kEmbeddingTensor).shape = {80, 2048};
  header("paligemma_with_expert.gemma_expert.lm_head.weight").shape = {80, 1024};
  write_sparse(file(kWeightFile), headers_);
  EXPECT_THAT(error(options), HasSubstr("expected at most llm.vocab = 80 pieces, got 90"));
}

TEST_F(PolicyFolderTest, FoldersThatAreNoPolicy) {
  EXPECT_THAT(error(), HasSubstr("config.json] expected a readable file"));
  write_text(file("config.json"), "{}");
  EXPECT_THAT(error(), HasSubstr("expected format (a policy of AWD), type (LeRobot) or action_horizon (openpi)"));
  write_text(file("config.json"), kOpenpiConfig);
  EXPECT_THAT(error(), HasSubstr("model.safetensors] expected a readable"));
  write_text(file("config.json"), "[]");
  EXPECT_THAT(error(), HasSubstr("config.json] expected a JSON object"));
}

TEST_F(PolicyFolderTest, BadFieldsOfOpenpi) {
  write_openpi();
  const std::pair<const char*, const char*> cases[] = {
      {R"({"action_horizon":"ten"})", "field action_horizon: expected an integer in [1, 1000], got \"ten\""},
      {R"({"action_horizon":0})", "field action_horizon"},
      {R"({"action_horizon":10,"action_dim":4})", "expected a robot of at most 4 state and 4 action dimensions"},
      {R"({"action_horizon":10,"paligemma_variant":"gemma_7b"})",
       "expected gemma_2b, gemma_300m or dummy, got gemma_7b"},
      {R"({"action_horizon":10,"action_expert_variant":"dummy"})", "as many layers and heads, got gemma_2b and dummy"},
      {R"({"action_horizon":10,"action_expert_variant":3})", "field action_expert_variant: expected a string"},
      {R"({"action_horizon":10,"discrete_state_input":"yes"})", "field discrete_state_input: expected true or false"},
      {R"({"action_horizon":10,"max_token_len":-1})", "field max_token_len: expected an integer"},
  };
  for (const auto& [text, message] : cases) {
    write_text(file("config.json"), text);
    EXPECT_THAT(error(), HasSubstr(message)) << text;
  }
}

TEST(ResidentBytesTest, FullSizeInEachType) {
  const ModelConfig config = pi_preset(Variant::kPi05, RobotKind::kLibero);
  const double f32 = double(resident_bytes(config, EngineDtype::kF32)) / 1e9;
  const double bf16 = double(resident_bytes(config, EngineDtype::kBf16)) / 1e9;
  const double int8 = double(resident_bytes(config, EngineDtype::kInt8)) / 1e9;
  EXPECT_NEAR(f32, 10.4, 0.2) << "2.7 billion weights less the tail of the last prefix layer";
  EXPECT_NEAR(bf16, f32 / 2, 0.05);
  EXPECT_NEAR(int8, f32 / 4, 0.05);
}

}  // namespace
}  // namespace awd
