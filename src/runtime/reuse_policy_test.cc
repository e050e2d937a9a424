// The runtime's rules on a session without a network: what is executed, when it must not reuse, what it refuses.
#include "runtime/reuse_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "awd/error.h"
#include "runtime/fake_session.h"

namespace awd {
namespace {

constexpr GateOptions kAlwaysGate{.kind = GateKind::kAlways}, kNeverGate{.kind = GateKind::kNever};
/// Columns of the fake's action rows.
enum Column { kEncode = 0, kRow = 1, kState = 2, kPicture = 3, kNoise = 4 };

/// An observation with its memory; change it between steps as you like.
struct Scene {
  std::array<std::vector<std::uint8_t>, 2> pixels{std::vector<std::uint8_t>(3 * 224 * 224, 100),
                                                  std::vector<std::uint8_t>(3 * 224 * 224, 50)};
  std::array<ImageView, 2> views{ImageView{pixels[0].data(), 224, 224}, ImageView{pixels[1].data(), 224, 224}};
  std::vector<float> state = std::vector<float>(8, 0.5f);
  std::vector<float> joints = std::vector<float>(7, 0.1f);
  std::string prompt = "put the red cube in the bin";
  Observation observation() const { return {views, state, joints, prompt}; }
};

class ReusePolicyTest : public testing::Test {
 protected:
  ReusePolicy make(const GateOptions& gate, const ReuseOptions& reuse = {}) {
    return ReusePolicy(fake_engine_info(), std::make_unique<FakeSession>(log_), gate, reuse);
  }
  FakeLog log_;
  Scene scene_;
};

TEST_F(ReusePolicyTest, GateNoneIsThePlainPolicyBitForBit) {
  ReusePolicy policy = make(kAlwaysGate);
  policy.reset(7);
  for (int step = 0; step < 20; ++step) {
    scene_.state[0] = 0.01f * float(step * step);
    scene_.pixels[0][0] = std::uint8_t(step);
    const ActResult result = policy.act(scene_.observation());

    FakeLog plain_log{.encodes = step};
    FakeSession plain(plain_log);
    PrefixCache cache;
    ActionChunk chunk;
    (void)plain.encode(scene_.observation(), cache);
    plain.denoise(cache, scene_.state, log_.last_noise, chunk, nullptr);
    EXPECT_THAT(result.action, testing::ElementsAreArray(chunk.row(0))) << "step " << step;
    EXPECT_EQ(result.decision.reason, step == 0 ? Reason::kFirstStep : Reason::kAlways);
  }
  EXPECT_EQ(log_.encodes, 20);
}

TEST_F(ReusePolicyTest, AlignedExecutesTheChunkAtAgeWithoutTheNetwork) {
  ReusePolicy policy = make(kNeverGate);
  for (int step = 0; step < 14; ++step) {
    const ActResult result = policy.act(scene_.observation());
    const int age = step % 6, query = step / 6 + 1;
    EXPECT_EQ(result.action[kRow], float(age));
    EXPECT_EQ(result.action[kEncode], float(query));
    EXPECT_EQ(result.timing.denoise_ms > 0, step % 6 == 0);
  }
  EXPECT_EQ(log_.denoises, 3);
}

TEST_F(ReusePolicyTest, HorizonRuleBeatsTheGate) {
  ReusePolicy policy = make(kNeverGate);
  for (int step = 0; step < 6; ++step) (void)policy.act(scene_.observation());
  const Decision decision = policy.act(scene_.observation()).decision;
  EXPECT_EQ(decision.reason, Reason::kHorizon);
  EXPECT_EQ(decision.age, 6);
}

// A restarted chunk begins at the present step: its row 0 exists at any age. Only an explicit limit ends the reuse.
TEST_F(ReusePolicyTest, RestartHasNoHorizonButObeysExecute) {
  ReusePolicy free = make(kNeverGate, {.mode = ReuseMode::kRestart});
  ReusePolicy limited = make(kNeverGate, {.mode = ReuseMode::kRestart, .execute = 4});
  for (int step = 0; step < 20; ++step) {
    const ActResult result = free.act(scene_.observation());
    EXPECT_EQ(result.decision.reason, step == 0 ? Reason::kFirstStep : Reason::kReuse);
    EXPECT_EQ(result.action[kRow], 0.0f);
    const Reason expected = step == 0 ? Reason::kFirstStep : step % 4 == 0 ? Reason::kHorizon : Reason::kReuse;
    EXPECT_EQ(limited.act(scene_.observation()).decision.reason, expected) << step;
  }
}

// Two re-plans on a held prefix, then a query; aligned never re-plans and is not limited.
TEST_F(ReusePolicyTest, StaleLimit) {
  ReusePolicy restart = make(kNeverGate, {.mode = ReuseMode::kRestart, .stale_limit = 2});
  ReusePolicy aligned = make(kNeverGate, {.mode = ReuseMode::kAligned, .stale_limit = 2});
  ReusePolicy exact = make(kNeverGate, {.mode = ReuseMode::kCamera, .stale_limit = 2});
  for (int step = 0; step < 6; ++step) {
    const Reason later = step == 0 ? Reason::kFirstStep : Reason::kReuse;
    EXPECT_EQ(restart.act(scene_.observation()).decision.reason, step == 3 ? Reason::kHorizon : later) << step;
    EXPECT_EQ(aligned.act(scene_.observation()).decision.reason, later) << step;
    EXPECT_EQ(exact.act(scene_.observation()).decision.reason, later) << step;
  }
}

TEST_F(ReusePolicyTest, RedenoiseExecutesRowAgeOfANewChunkAndEndsWithTheHorizon) {
  ReusePolicy policy = make(kNeverGate, {.mode = ReuseMode::kRedenoise});
  for (int step = 0; step < 8; ++step) {
    scene_.state[0] = float(step);
    const ActResult result = policy.act(scene_.observation());
    EXPECT_EQ(result.action[kRow], float(step % 6));
    EXPECT_EQ(result.action[kState], float(step)) << "of this step";
    EXPECT_EQ(result.query_work, step % 6 == 0 ? 1.0 : 0.0);
  }
  EXPECT_EQ(log_.encodes, 2);
}

TEST_F(ReusePolicyTest, BaseOnlyKeepsTheFirstCamerasTokens) {
  ReusePolicy policy = make(kNeverGate, {.mode = ReuseMode::kBaseOnly});
  (void)policy.act(scene_.observation());
  EXPECT_TRUE(log_.last_layers.empty());
  EXPECT_EQ(policy.act(scene_.observation()).query_work, 0.5);
  ASSERT_EQ(log_.last_layers.size(), 512u);
  EXPECT_EQ(std::ranges::count(log_.last_layers, 0), 256);
  EXPECT_EQ(std::count(log_.last_layers.begin() + 256, log_.last_layers.end(), 2), 256);
}

TEST_F(ReusePolicyTest, CameraRunsTheTowerForChangedPicturesOnly) {
  ReusePolicy policy = make(kNeverGate, {.mode = ReuseMode::kCamera});
  (void)policy.act(scene_.observation());
  EXPECT_TRUE(log_.last_plan.hold_vision);
  scene_.pixels[1][77] += 1;
  (void)policy.act(scene_.observation());
  EXPECT_EQ(log_.last_plan.keep_vision, (std::array<bool, kMaxCameras>{true, false}));
  (void)policy.act(scene_.observation());
  EXPECT_EQ(log_.last_plan.keep_vision, (std::array<bool, kMaxCameras>{true, true}));
}

TEST_F(ReusePolicyTest, FailedReuseLeavesNothingHeld) {
  ReusePolicy policy = make(kNeverGate, {.mode = ReuseMode::kBaseOnly});
  (void)policy.act(scene_.observation());
  log_.fail_next_denoise = true;
  EXPECT_THROW((void)policy.act(scene_.observation()), std::runtime_error);
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kFirstStep);
}

TEST_F(ReusePolicyTest, ExecuteShortensTheChunk) {
  ReusePolicy policy = make(kNeverGate, {.execute = 2});
  std::vector<Reason> reasons;
  reasons.reserve(5);
  for (int step = 0; step < 5; ++step) reasons.push_back(policy.act(scene_.observation()).decision.reason);
  EXPECT_THAT(reasons, testing::ElementsAre(Reason::kFirstStep, Reason::kReuse, Reason::kHorizon, Reason::kReuse,
                                            Reason::kHorizon));
}

TEST_F(ReusePolicyTest, RestartExecutesActionZeroWithTheCurrentState) {
  ReusePolicy policy = make(kNeverGate, {.mode = ReuseMode::kRestart});
  (void)policy.act(scene_.observation());
  scene_.state[0] = 0.75f;
  scene_.pixels[0][0] = 9;
  const ActResult result = policy.act(scene_.observation());
  EXPECT_EQ(result.decision.verdict, Verdict::kReuse);
  EXPECT_EQ(result.action[kRow], 0.0f);
  EXPECT_EQ(result.action[kState], 0.75f);     // fresh state
  EXPECT_EQ(result.action[kPicture], 100.0f);  // held picture
  EXPECT_EQ(log_.encodes, 1);
  EXPECT_EQ(log_.denoises, 2);
  EXPECT_EQ(result.timing.vision_ms, 0.0);
}

TEST_F(ReusePolicyTest, RestartInAFrozenSceneIsThePlainPolicy) {
  ReusePolicy plain = make(kAlwaysGate), restart = make(kNeverGate, {.mode = ReuseMode::kRestart});
  plain.reset(3);
  restart.reset(3);
  for (int step = 0; step < 5; ++step) {
    const ActResult a = plain.act(scene_.observation()), b = restart.act(scene_.observation());
    EXPECT_THAT(a.action.subspan(1), testing::ElementsAreArray(b.action.subspan(1)));  // all but the encode number
  }
}

TEST_F(ReusePolicyTest, ResetForgets) {
  ReusePolicy policy = make(kNeverGate);
  (void)policy.act(scene_.observation());
  EXPECT_NE(policy.importance(), nullptr);
  policy.reset(1);
  EXPECT_EQ(policy.importance(), nullptr);
  const ActResult result = policy.act(scene_.observation());
  EXPECT_EQ(result.decision.reason, Reason::kFirstStep);
  EXPECT_EQ(result.action[kEncode], 2.0f);
}

TEST_F(ReusePolicyTest, AwdGateComparesWithTheAnchorNotTheLastStep) {
  ReusePolicy policy = make({.kind = GateKind::kAwd, .state_threshold = 0.05});
  std::vector<Reason> reasons;
  reasons.reserve(5);
  for (int step = 0; step < 4; ++step) {
    reasons.push_back(policy.act(scene_.observation()).decision.reason);
    scene_.state[0] += 0.02f;  // never 0.05 in one step
  }
  EXPECT_THAT(reasons, testing::ElementsAre(Reason::kFirstStep, Reason::kReuse, Reason::kReuse, Reason::kStateGuard));
}

TEST_F(ReusePolicyTest, AnotherPromptOrSetOfCamerasIsAQuery) {
  ReusePolicy policy = make(kNeverGate);
  (void)policy.act(scene_.observation());
  scene_.prompt = "put the blue box in the bin";
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kNewInput);
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kReuse);
  scene_.views[1] = {};
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kNewInput);
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kReuse);
}

TEST_F(ReusePolicyTest, NoiseKinds) {
  const auto noises = [this](NoiseKind kind) {
    ReusePolicy policy = make(kAlwaysGate, {.noise = kind});
    std::vector<float> first_values;
    for (const std::uint64_t seed : {5, 5, 6}) {
      policy.reset(seed);
      for (int step = 0; step < 2; ++step) first_values.push_back(policy.act(scene_.observation()).action[kNoise]);
    }
    return first_values;
  };
  const std::vector<float> episode = noises(NoiseKind::kEpisode), fresh = noises(NoiseKind::kFresh);
  EXPECT_EQ(episode[0], episode[1]);
  EXPECT_EQ(episode[0], episode[2]);  // same seed, same draw
  EXPECT_NE(episode[0], episode[4]);
  EXPECT_NE(fresh[0], fresh[1]);
  EXPECT_EQ(fresh[0], fresh[2]);
  EXPECT_EQ(fresh[0], episode[0]);
  EXPECT_THAT(noises(NoiseKind::kZero), testing::Each(0.0f));
}

TEST_F(ReusePolicyTest, ExplainScoresStepsThatTheRuntimeDecides) {
  ReusePolicy policy = make({.kind = GateKind::kNever, .explain = true}, {.execute = 1});
  (void)policy.act(scene_.observation());
  const Decision decision = policy.act(scene_.observation()).decision;
  EXPECT_EQ(decision.reason, Reason::kHorizon);
  EXPECT_EQ(decision.scores.weighted_drift, 0.0);
}

TEST_F(ReusePolicyTest, PlanIsTheRestOfTheChunkAndSkipMovesOnInIt) {
  ReusePolicy policy = make(kNeverGate);
  EXPECT_TRUE(policy.plan().empty());
  const auto first_row = [&policy] { return policy.plan()[Column::kRow]; };
  (void)policy.act(scene_.observation());
  EXPECT_EQ(policy.plan().size(), 6u * 7u);
  EXPECT_EQ(first_row(), 0);
  policy.skip(2);
  const ActResult third = policy.act(scene_.observation());
  EXPECT_EQ(third.decision.reason, Reason::kReuse);
  EXPECT_EQ(third.decision.age, 3);
  EXPECT_EQ(third.action[Column::kRow], 3);
  EXPECT_EQ(first_row(), 3);
  EXPECT_EQ(policy.plan().size(), 3u * 7u);
  policy.skip(100);
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kHorizon);
  policy.reset(1);
  EXPECT_TRUE(policy.plan().empty());
}

TEST_F(ReusePolicyTest, FailedQueryLeavesNothingHeld) {
  ReusePolicy policy = make(kNeverGate);
  (void)policy.act(scene_.observation());
  scene_.prompt = "put the blue box in the bin";
  log_.fail_next_denoise = true;
  EXPECT_THROW((void)policy.act(scene_.observation()), std::runtime_error);
  EXPECT_EQ(policy.act(scene_.observation()).decision.reason, Reason::kFirstStep);
}

TEST_F(ReusePolicyTest, BadObservationNamesTheField) {
  ReusePolicy policy = make(kAlwaysGate);
  const auto message_of = [&policy](const Scene& scene) -> std::string {
    try {
      (void)policy.act(scene.observation());
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  Scene nan_state, short_state, small_picture, no_picture, nan_joint;
  nan_state.state[3] = std::numeric_limits<float>::quiet_NaN();
  short_state.state.pop_back();
  small_picture.views[1].width = 128;
  no_picture.views = {};
  nan_joint.joints[1] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(message_of(nan_state), "[observation] state[3]: expected a finite number, got nan");
  EXPECT_EQ(message_of(short_state), "[observation] state: expected 8 values, got 7");
  EXPECT_EQ(message_of(small_picture),
            "[observation] camera wrist: expected 224 x 224 pixels, got 224 x 128 (height x width)");
  EXPECT_EQ(message_of(no_picture), "[observation] cameras: expected at least one picture, got none");
  EXPECT_EQ(message_of(nan_joint), "[observation] joints[1]: expected a finite number, got inf");
}

TEST_F(ReusePolicyTest, OptionsThatDoNotFitTheCheckpointAreRefused) {
  EXPECT_THROW((void)make(kNeverGate, {.execute = 7}), Error);
  EXPECT_THROW((void)make({.pool = 9}), Error);
  EXPECT_THROW((void)make({.dilation = 2}), Error);
}

}  // namespace
}  // namespace awd
