// What is shown of a good folder and of bad ones.
#include "cli/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/test_folder.h"
#include "cli/commands.h"
#include "engine/checkpoint/test_folders.h"
#include "engine/presets.h"
#include "engine/test_scene.h"

namespace awd::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class InspectTest : public testing::Test {
 protected:
  InspectTest() { write_random_policy(folder_.path(), small_geometry(), kTestTokenizer, StoredType::kF32, 1); }

  Inspection inspect_it(bool check_values = false) const {
    EngineOptions options;
    options.dtype = EngineDtype::kBf16;
    return inspect(folder_.path(), options, check_values);
  }
  std::string text(bool check_values = false) const { return inspection_text(inspect_it(check_values)); }

  TestFolder folder_;
};

TEST_F(InspectTest, AGoodFolder) {
  EXPECT_THAT(text(), HasSubstr("AWD policy  " + folder_.path()));
  EXPECT_THAT(text(), HasSubstr("pi0: vision 1 x 16, prefix LM 3 x 16, expert 3 x 16, vocabulary 96"));
  EXPECT_THAT(text(), HasSubstr("cameras    2 of 32 x 32 pixels: base, wrist"));
  EXPECT_THAT(text(), HasSubstr("the state as a token before the actions"));
  EXPECT_THAT(text(), HasSubstr("would run on cpu in bf16"));
  EXPECT_THAT(text(), HasSubstr("not looked at"));
  EXPECT_THAT(text(true), HasSubstr("all finite"));
}

TEST_F(InspectTest, JsonSaysTheSame) {
  const auto json = nlohmann::json::parse(inspection_json(inspect_it()));
  EXPECT_EQ(json["kind"], "AWD policy");
  EXPECT_EQ(json["would_run"], true);
  EXPECT_EQ(json["model"]["horizon"], 4);
  EXPECT_EQ(json["tensors"]["parts"]["embedding"]["parameters"], 96 * 16);
  EXPECT_EQ(json["tokenizer"]["pieces"], 90);
  EXPECT_GT(json["resident_bytes"]["f32"], json["resident_bytes"]["bf16"]);
  EXPECT_TRUE(json["problems"].empty());
}

TEST_F(InspectTest, EveryProblemIsListedAndMakesTheCommandFail) {
  std::filesystem::remove(folder_.file("tokenizer.model"));
  ModelConfig config = small_geometry();
  config.expert.width = 18;  // the weights keep 16
  std::vector<TensorHeader> headers = all_headers(config, StoredType::kF32);
  write_sparse(folder_.file(kWeightFile), headers);
  EXPECT_THAT(text(), HasSubstr("would NOT run"));
  EXPECT_THAT(text(), HasSubstr("action_out_proj.weight: expected shape [7, 16], got [7, 18]"));
  EXPECT_THAT(text(), HasSubstr("tokenizer.model] expected"));
  EXPECT_FALSE(inspect_it().would_run());
  CLI::App app;
  add_inspect(app);
  testing::internal::CaptureStdout();
  EXPECT_THROW(app.parse("inspect " + folder_.path()), Error);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("would NOT run"));
}

TEST_F(InspectTest, BadValuesAreFoundWhereTheyAreLookedFor) {
  const std::string path = folder_.file(kWeightFile);
  std::vector<TensorToWrite> tensors;
  {
    const SafetensorsFile file(path);
    for (const auto& [name, stored] : file.tensors()) {
      tensors.push_back({name, stored.shape, std::vector<float>(std::size_t(stored.elements())), StoredType::kF32});
      stored.read(0, tensors.back().values);
      if (name == "action_in_proj.bias") tensors.back().values[0] = INFINITY;
    }
  }
  write_safetensors(path, tensors);
  EXPECT_TRUE(inspect_it().would_run());
  EXPECT_FALSE(inspect_it(true).would_run());
  EXPECT_THAT(text(true), HasSubstr("NaN or infinity in 1 tensors\n             action_in_proj.bias"));
}

TEST_F(InspectTest, FullSizeFromHeadersAlone) {
  write_sparse(folder_.file(kWeightFile), all_headers(pi_preset(Variant::kPi05, RobotKind::kDroid), StoredType::kF32));
  std::filesystem::remove(folder_.file("norm_stats.json"));
  write_text(folder_.file("config.json"), R"({"action_horizon":15})");
  write_text(folder_.file("assets/droid/norm_stats.json"), stats_text(8, 8));
  EXPECT_THAT(text(), HasSubstr("openpi checkpoint"));
  EXPECT_THAT(text(), HasSubstr("14.47 GB in 1 file, 812 tensors"));
  EXPECT_THAT(text(), HasSubstr("the state as text in it"));
  EXPECT_THAT(text(), HasSubstr("gemma_expert.lm_head.weight"));
  EXPECT_THAT(text(), HasSubstr("would run"));
  EXPECT_THAT(text(), Not(HasSubstr("NOT")));
}

}  // namespace
}  // namespace awd::cli
