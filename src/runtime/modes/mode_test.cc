// Every reuse mode on the engine with a small random policy: equal to a full query where nothing has changed, different
// where it has to be, and nothing is held across resets, prompts and sets of cameras.
#include "runtime/modes/mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/test_folder.h"
#include "engine/device_choice.h"
#include "engine/test_scene.h"
#include "runtime/arm.h"

namespace awd {
namespace {

constexpr const char* kAllModes[] = {"restart", "aligned", "redenoise", "warm", "camera", "base_only", "token"};
/// Keeps every token whose patch has not changed, in every layer.
constexpr const char* kAllStatic = "token_gain=0,token_relevant=0,token_top_k=256";

struct Row {
  const char* name;
  EngineBackend backend;
  EngineDtype dtype;
  float tolerance;  // where a query runs on another number of rows, and products may add in another order
};

constexpr Row kRows[] = {{"ref", EngineBackend::kRef, EngineDtype::kF32, 0.f},
                         {"cpu_f32", EngineBackend::kCpu, EngineDtype::kF32, 1e-5f},
                         {"cpu_bf16", EngineBackend::kCpu, EngineDtype::kBf16, 2e-2f},
                         {"cuda_f32", EngineBackend::kCuda, EngineDtype::kF32, 1e-5f},
                         {"cuda_bf16", EngineBackend::kCuda, EngineDtype::kBf16, 2e-2f}};

class ModeTest : public testing::TestWithParam<Row> {
 protected:
  void SetUp() override {
    if (!has_device(GetParam().backend, GetParam().dtype)) GTEST_SKIP() << "no such device";
    engine_ = load_small_engine(folder_.path(), GetParam().backend, GetParam().dtype);
  }

  /// A policy that reuses whenever the runtime lets it.
  std::unique_ptr<Policy> reusing(const std::string& mode, const std::string& more = "noise=episode") {
    auto policy = make_policy(engine_, parse_arm("test{gate=never,mode=" + mode + "," + more + "}"));
    policy->reset(3);
    return policy;
  }
  std::unique_ptr<Policy> plain() {
    auto policy = make_policy(engine_, parse_arm("none{noise=episode}"));
    policy->reset(3);
    return policy;
  }
  static std::vector<float> action(Policy& policy, const SmallScene& scene) {
    const ActResult result = policy.act(scene.observation());
    return {result.action.begin(), result.action.end()};
  }

  static void expect_equal(const std::vector<float>& got, const std::vector<float>& expected) {
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], GetParam().tolerance) << i;
  }

  TestFolder folder_;
  std::shared_ptr<const Engine> engine_;
  SmallScene scene_{5};
};

INSTANTIATE_TEST_SUITE_P(All, ModeTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(ModeTest, GateOffIsThePlainPolicyBitForBit) {
  const auto session = Session::create(engine_);
  for (const char* mode : kAllModes) {
    auto policy = make_policy(engine_, parse_arm(std::string("test{gate=always,mode=") + mode + "}"));
    PrefixCache cache;
    ActionChunk chunk;
    const std::vector<float> noise(4 * 7, 0.f);
    for (int step = 0; step < 12; ++step) {
      scene_.change(step % 2, 1 + step % 5);
      scene_.state[0] = 0.1f * float(step);
      session->encode(scene_.observation(), cache);
      session->denoise(cache, scene_.state, noise, chunk, nullptr);
      const ActResult result = policy->act(scene_.observation());
      EXPECT_THAT(result.action, testing::ElementsAreArray(chunk.row(0))) << mode << ", step " << step;
      EXPECT_EQ(result.query_work, 1.0);
    }
  }
}

TEST_P(ModeTest, AFrozenSceneGivesTheActionsOfFullQueries) {
  const std::vector<float> full = action(*plain(), scene_);
  for (const std::string mode : {"restart", "camera", "warm"}) {
    const auto policy = reusing(mode, "noise=episode,warm_time=1");
    for (int step = 0; step < 6; ++step) EXPECT_EQ(action(*policy, scene_), full) << mode << ", step " << step;
  }
  for (const std::string mode : {"base_only", "token"}) {
    const auto policy = reusing(mode, std::string("noise=episode,") + kAllStatic);
    for (int step = 0; step < 6; ++step) expect_equal(action(*policy, scene_), full);
  }
  const auto scheduled = reusing("token", "noise=episode,token_gain=5,token_top_k=77,token_relevant=40");
  for (int step = 0; step < 6; ++step) expect_equal(action(*scheduled, scene_), full);

  const auto redenoise = reusing("redenoise"), aligned = reusing("aligned");
  for (int step = 0; step < 10; ++step) EXPECT_EQ(action(*redenoise, scene_), action(*aligned, scene_)) << step;
}

TEST_P(ModeTest, RedenoiseAnswersToTheStateOnly) {
  const auto redenoise = reusing("redenoise"), aligned = reusing("aligned");
  (void)action(*redenoise, scene_);
  (void)action(*aligned, scene_);
  scene_.change(0, 16);
  scene_.change(1, 16);
  EXPECT_EQ(action(*redenoise, scene_), action(*aligned, scene_));
  scene_.state[2] += 1;
  EXPECT_NE(action(*redenoise, scene_), action(*aligned, scene_));
}

// Fresh noise is for new chunks; redenoise makes the anchor's again.
TEST_P(ModeTest, RedenoiseKeepsTheAnchorsNoise) {
  const auto redenoise = reusing("redenoise", "noise=fresh"), aligned = reusing("aligned", "noise=fresh");
  for (int step = 0; step < 8; ++step) EXPECT_EQ(action(*redenoise, scene_), action(*aligned, scene_)) << step;
}

TEST_P(ModeTest, WarmSeesTheSceneAndRemembersItsPlan) {
  const auto warm = reusing("warm"), still = reusing("warm"), cold = plain();
  (void)action(*warm, scene_);
  (void)action(*still, scene_);
  const std::vector<float> unchanged = action(*still, scene_);
  scene_.change(1, 4);
  const ActResult result = warm->act(scene_.observation());
  const std::vector<float> changed(result.action.begin(), result.action.end());
  EXPECT_EQ(result.query_work, 1.0);
  EXPECT_NE(changed, unchanged);
  EXPECT_NE(changed, action(*cold, scene_));
}

// By hand: half of the flow left, x = 0.5 noise + 0.5 (held chunk, one row on).
TEST_P(ModeTest, WarmStartsFromTheShiftedPlan) {
  const auto warm = reusing("warm", "noise=zero,warm_time=0.45");  // rounded up to five of ten steps
  (void)action(*warm, scene_);
  const auto session = Session::create(engine_);
  PrefixCache cache;
  ActionChunk chunk;
  FlowDetails details;
  const std::vector<float> zero(4 * 7, 0.f);
  session->encode(scene_.observation(), cache);
  session->denoise_from(cache, scene_.state, {.x = zero}, chunk, &details);
  std::vector<float> x(4 * 7);
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t i = 0; i < 7; ++i)
      x[7 * row + i] = 0.5f * details.actions[7 * std::min<std::size_t>(row + 1, 3) + i];
  }
  session->denoise_from(cache, scene_.state, {.x = x, .step = 5}, chunk, nullptr);
  EXPECT_THAT(action(*warm, scene_), testing::ElementsAreArray(chunk.row(0)));
}

TEST_P(ModeTest, CameraIsExactWhateverChanges) {
  const auto camera = reusing("camera"), full = plain();
  for (int step = 0; step < 8; ++step) {
    if (step % 4 == 1) scene_.change(0, 3);
    if (step % 4 >= 2) scene_.change(1, 3);
    expect_equal(action(*camera, scene_), action(*full, scene_));
  }
}

TEST_P(ModeTest, CameraThresholdKeepsTheOldPicture) {
  const auto camera = reusing("camera", "noise=episode,camera_threshold=1"), full = plain();
  const std::vector<float> before = action(*camera, scene_);
  scene_.pixels[1][0] ^= 0xff;  // at most 255 / (3 * 256 * 4) grey levels
  EXPECT_EQ(action(*camera, scene_), before);
  scene_.change(1, 8);
  expect_equal(action(*camera, scene_), action(*full, scene_));
}

TEST_P(ModeTest, BaseOnlyIsBlindInTheBaseCamera) {
  const auto base_only = reusing("base_only"), full = plain();
  const std::vector<float> before = action(*base_only, scene_);
  scene_.change(0, 16);
  expect_equal(action(*base_only, scene_), before);
  scene_.change(1, 4);
  const std::vector<float> after = action(*base_only, scene_);
  EXPECT_NE(after, before);
  EXPECT_NE(after, action(*full, scene_));
}

TEST_P(ModeTest, TokenRunsWhatHasChanged) {
  const auto token = reusing("token", std::string("noise=episode,") + kAllStatic), full = plain();
  const std::vector<float> before = action(*token, scene_);
  scene_.change(1, 4);
  const ActResult result = token->act(scene_.observation());
  const std::vector<float> after(result.action.begin(), result.action.end());
  EXPECT_NE(after, before);
  EXPECT_NE(after, action(*full, scene_));  // the other tokens' keys have not seen the change
  EXPECT_GT(result.query_work, 0.0);
  EXPECT_LT(result.query_work, 0.7);
  // Undone: the changed tokens' keys were made from other pixels, so they run again.
  scene_.change(1, 4);
  EXPECT_GT(token->act(scene_.observation()).query_work, 0.05);
  EXPECT_LT(token->act(scene_.observation()).query_work, 0.05) << "now nothing differs from what is held";
}

TEST_P(ModeTest, TokenRunsAllOfAChangedScene) {
  const auto token = reusing("token", std::string("noise=episode,") + kAllStatic), full = plain();
  (void)action(*token, scene_);
  scene_.change(0, 16);
  scene_.change(1, 16);
  const ActResult result = token->act(scene_.observation());
  EXPECT_EQ(result.query_work, 1.0);
  EXPECT_EQ(std::vector<float>(result.action.begin(), result.action.end()), action(*full, scene_));
}

TEST_P(ModeTest, NothingIsHeldAcrossResetPromptAndCameras) {
  for (const std::string mode : kAllModes) {
    const auto policy = reusing(mode);
    (void)action(*policy, scene_);
    (void)action(*policy, scene_);
    const auto expect_full = [&](Reason reason) {
      const auto full = plain();
      const ActResult result = policy->act(scene_.observation());
      EXPECT_EQ(result.decision.reason, reason) << mode;
      EXPECT_EQ(result.query_work, 1.0) << mode;
      EXPECT_EQ(std::vector<float>(result.action.begin(), result.action.end()), action(*full, scene_)) << mode;
      EXPECT_EQ(policy->act(scene_.observation()).decision.reason, Reason::kReuse) << mode;
    };
    scene_.change(0, 5);
    policy->reset(3);
    expect_full(Reason::kFirstStep);
    scene_.prompt = "put the blue box in the bin";
    expect_full(Reason::kNewInput);
    const ImageView wrist = scene_.views[1];
    scene_.views[1] = {};
    expect_full(Reason::kNewInput);
    scene_.views[1] = wrist;
    expect_full(Reason::kNewInput);
    const ImageView base = scene_.views[0];
    scene_.views[0] = {};
    expect_full(Reason::kNewInput);
    scene_.views[0] = base;
    scene_.prompt = "put the red cube in the bin";
  }
}

TEST_P(ModeTest, QueryWorkOfEachMode) {
  const auto work = [&](const std::string& mode) {
    const auto policy = reusing(mode);
    EXPECT_EQ(policy->act(scene_.observation()).query_work, 1.0);
    return policy->act(scene_.observation()).query_work;
  };
  for (const char* mode : {"restart", "aligned", "redenoise"}) EXPECT_EQ(work(mode), 0.0) << mode;
  EXPECT_EQ(work("warm"), 1.0);
  for (const char* mode : {"camera", "base_only", "token"}) {
    EXPECT_GT(work(mode), 0.2) << mode;
    EXPECT_LT(work(mode), 0.9) << mode;
  }
}

}  // namespace
}  // namespace awd
