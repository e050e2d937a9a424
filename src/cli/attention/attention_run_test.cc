// `awd attention` as a whole, on a small HDF5 file and a random policy: files, figures, and errors that leave nothing.
#include "cli/attention/attention_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/random_policy.h"
#include "io/image.h"
#include "io/recordings/test_demos.h"
#include "io/video.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AttentionRun : public testing::Test {
 protected:
  AttentionRun() {
    ModelConfig config = tiny_geometry();
    config.image_size = 32;
    config.patch_size = 2;
    config.vision = {.width = 16, .depth = 1, .heads = 2, .mlp = 16};
    config.llm = {.width = 16, .depth = 3, .mlp = 16, .heads = 2, .kv_heads = 1, .head_dim = 8, .vocab = 96};
    config.expert = {.width = 16, .mlp = 16};
    config.horizon = 4;
    fs::create_directories(folder_.file("policy"));
    write_random_policy(folder_.file("policy"), config, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model",
                        StoredType::kF32, 1);
    write_test_demos(folder_.file("demos.hdf5"), {.demos = 2, .frames = 6, .height = 32, .width = 32});
    input_.input = folder_.file("demos.hdf5");
    options_.policy = folder_.file("policy");
    options_.output.out = folder_.file("out");
    options_.stride = 2;
    options_.dilation = 3;
    options_.figures = 1;
    options_.walk.threads = 2;
  }

  std::string error() const {
    try {
      run_attention(input_, options_, engine_);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  TestFolder folder_;
  InputOptions input_;
  AttentionOptions options_;
  EngineOptions engine_;
};

TEST_F(AttentionRun, WritesNumbersAndFigures) {
  options_.grid = 1;
  options_.video = is_ffmpeg_available();
  const AttentionResult result = run_attention(input_, options_, engine_);
  EXPECT_EQ(result.summary.frames, 3 + 4);  // of 6 and 7
  EXPECT_EQ(result.summary.episodes, 2);
  const fs::path out = options_.output.out;
  std::ifstream json_file(out / kAttentionFile), lines(out / kAttentionLinesFile);
  const auto json = nlohmann::json::parse(json_file);
  EXPECT_EQ(json["frames"], 7);
  EXPECT_EQ(json["selection"]["layers"], (std::vector<int>{1, 2}));
  EXPECT_EQ(json["cameras"].size(), 2u);
  EXPECT_TRUE(json["cameras"][0]["labels"].is_null());
  EXPECT_EQ(json["options"]["stride"], "2");
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto row = nlohmann::json::parse(line);
    const double base = row["cameras"][0]["camera_share"], wrist = row["cameras"][1]["camera_share"];
    EXPECT_NEAR(base + wrist, 1, 1e-5);
  }
  EXPECT_EQ(count, 7);
  EXPECT_GT(read_png(out / "figures" / "episode_0000.png").width, 600);
  EXPECT_GT(read_png(out / "figures" / "episode_0000_step_0001_grid.png").width, 600);
  EXPECT_FALSE(fs::exists(out / "figures" / "episode_0001.png"));
  EXPECT_EQ(fs::exists(out / "figures" / "episode_0000.mp4"), options_.video);
  EXPECT_THAT(attention_text(result.summary, result.about), HasSubstr("not known: the recording has no labels"));
}

TEST_F(AttentionRun, ThreadsAndOtherFramesChangeNoFrame) {
  const AttentionSummary two = run_attention(input_, options_, engine_).summary;
  options_.output.out = folder_.file("one");
  options_.walk.threads = 1;
  const AttentionSummary one = run_attention(input_, options_, engine_).summary;
  EXPECT_EQ(one.cameras[0].max.p90, two.cameras[0].max.p90);
  EXPECT_EQ(one.cameras[1].entropy_nats.mean.ci95.low, two.cameras[1].entropy_nats.mean.ci95.low);
}

TEST_F(AttentionRun, OneHeadIsNotTheMeanOfAll) {
  const AttentionSummary all = run_attention(input_, options_, engine_).summary;
  options_.output.out = folder_.file("head");
  options_.heads = "1";
  options_.layers = "2";
  const AttentionResult head = run_attention(input_, options_, engine_);
  EXPECT_EQ(head.about.selected(), "layer 2 of 0-2, flow step 9 of 0-9, head 1 of 0-1");
  EXPECT_NE(head.summary.cameras[0].max.mean.value, all.cameras[0].max.mean.value);
}

TEST_F(AttentionRun, OtherImportanceIsKnownPerCamera) {
  engine_.importance = ImportanceSource::kUniform;
  const AttentionResult result = run_attention(input_, options_, engine_);
  EXPECT_FALSE(result.summary.is_joint);
  EXPECT_NEAR(result.summary.cameras[0].max_over_mean.mean.value, 1, 1e-5);
  EXPECT_THAT(attention_text(result.summary, result.about), HasSubstr("weights of each camera sum to 1"));
}

TEST_F(AttentionRun, BadOptionsLeaveNothing) {
  options_.layers = "3";
  EXPECT_THAT(error(), HasSubstr("[option layers] expected all, one of 0 to 2"));
  options_.layers = "";
  options_.dilation = 4;
  EXPECT_THAT(error(), HasSubstr("[option dilation] expected an odd number, got 4"));
  options_.dilation = 5;
  engine_.importance = ImportanceSource::kUniform;
  options_.heads = "1";
  EXPECT_THAT(error(), HasSubstr("only with --importance attention"));
  engine_.importance = ImportanceSource::kAttention;
  options_.heads = "all";
  input_.input = folder_.file("none.hdf5");
  EXPECT_THAT(error(), HasSubstr("none.hdf5"));
  EXPECT_FALSE(fs::exists(options_.output.out));
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr(".part-")));
  }
}

}  // namespace
}  // namespace awd::cli
