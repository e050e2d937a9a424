// The rules around chunks from anywhere: the decisions of ReusePolicy, steps that are skipped, what is refused.
#include "runtime/chunk_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "awd/error.h"
#include "base/rng.h"
#include "runtime/arm.h"
#include "runtime/fake_session.h"
#include "runtime/reuse_policy.h"

namespace awd {
namespace {

constexpr GateOptions kNeverGate{.kind = GateKind::kNever};
constexpr int kDim = 7, kHorizon = 6;  // of the fake

/// What two cameras show; it drifts and the state moves, both by chance.
struct Scene {
  int height = 224, width = 224;
  std::array<std::vector<std::uint8_t>, 2> pixels{std::vector<std::uint8_t>(3 * 224 * 224, 100),
                                                  std::vector<std::uint8_t>(3 * 224 * 224, 50)};
  std::array<std::uint8_t, kPatchCells> shares{};
  std::array<RobotMask, 2> masks{RobotMask{shares.data()}, RobotMask{shares.data()}};
  std::array<ImageView, 2> views{};
  std::vector<float> state = std::vector<float>(8, 0.5f);
  std::string prompt = "put the red cube in the bin";
  Rng rng{3};

  Observation observation() {
    for (int c = 0; c < 2; ++c) views[c] = {pixels[c].data(), height, width};
    return {.cameras = views, .state = state, .joints = {}, .prompt = prompt, .robot_masks = masks};
  }
  void change() {
    for (float& value : state) value += 0.004f * float(rng.normal());
    const int first = int(rng.uniform(0, 3 * 200 * 200));
    for (int i = 0; i < 5000; ++i) pixels[0][first + i] += 9;
  }
};

std::vector<float> chunk_of(int rows, float value = 0) { return std::vector<float>(std::size_t(rows) * kDim, value); }

/// A ChunkGate whose recomputes are answered with chunks of zeros.
class ChunkGateTest : public testing::Test {
 protected:
  Decision step(ChunkGate& gate, int steps = 1) {
    const Decision decision = gate.decide({.observation = scene_.observation(), .steps = steps});
    if (decision.verdict == Verdict::kRecompute) {
      gate.hold(scene_.observation(), chunk_of(kHorizon), kDim, nullptr);
    }
    return decision;
  }
  Scene scene_;
};

std::string message_of(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

// The same pictures, states, chunks and importance: the same decisions, scores and rows.
TEST_F(ChunkGateTest, DecidesAsReusePolicy) {
  const auto run_both = [](const std::string& name, Scene scene, int& reused) {
    const Arm arm = parse_arm(name);
    FakeLog log, other_log;
    ReusePolicy policy(fake_engine_info(), std::make_unique<FakeSession>(log), arm.gate, arm.reuse);
    ChunkGate gate(arm.gate, arm.reuse.execute, GateDevice::kCpu);
    FakeSession session(other_log);
    const std::vector<float> noise(kHorizon * kDim, 0.0f);
    PrefixCache cache;
    ActionChunk chunk;
    FlowDetails details;
    for (int i = 0; i < 120; ++i) {
      if (i == 60) policy.reset(9), gate.reset(9);
      if (i % 25 == 24) scene.prompt += "!";
      scene.change();
      const Observation observation = scene.observation();
      const ActResult expected = policy.act(observation);
      const Decision actual = gate.decide({.observation = observation});
      ASSERT_EQ(word_of(actual.reason), word_of(expected.decision.reason)) << name << " step " << i;
      ASSERT_EQ(actual.age, expected.decision.age);
      for (int s = 0; s < kGateSignalCount; ++s) {
        const double score = expected.decision.scores.of(GateSignal(s));
        ASSERT_THAT(actual.scores.of(GateSignal(s)), testing::NanSensitiveDoubleEq(score)) << word_of(GateSignal(s));
      }
      if (actual.verdict == Verdict::kRecompute) {
        (void)session.encode(observation, cache);
        session.denoise_from(cache, observation.state, {.x = noise}, chunk, &details);
        gate.hold(observation, chunk.values, kDim, &details.importance);
      } else {
        ++reused;
      }
      EXPECT_THAT(chunk.row(gate.row()), testing::ElementsAreArray(expected.action));
    }
  };
  for (const char* name :
       {"none", "fixed:4", "period:3:aligned", "random:0.3", "awd-aligned{state_threshold=0.02}", "awd-guarded",
        "all{gate=signals,mode=aligned,explain=true,max_raw_drift=1.5,max_gripper_residual=0.05,noise_learning=1}"}) {
    int reused = 0;
    run_both(name, scene_, reused);
    EXPECT_EQ(reused == 0, std::string_view(name) == "none") << name << ": " << reused;
  }
}

TEST_F(ChunkGateTest, SkippedStepsCount) {
  ChunkGate gate(kNeverGate, 0, GateDevice::kCpu);
  (void)step(gate);
  EXPECT_EQ(step(gate, 3).reason, Reason::kReuse);
  EXPECT_EQ(gate.row(), 3);
  const Decision decision = step(gate, 5);  // two rows are left
  EXPECT_EQ(decision.reason, Reason::kHorizon);
  EXPECT_EQ(decision.age, 8);
  EXPECT_EQ(gate.row(), 0);
}

TEST_F(ChunkGateTest, ExecuteAndTheEndOfTheChunkLimitTheReuse) {
  ChunkGate gate(kNeverGate, 2, GateDevice::kCpu), unlimited(kNeverGate, 0, GateDevice::kCpu);
  std::vector<Reason> reasons;
  for (int i = 0; i < 3; ++i) reasons.push_back(step(gate).reason);
  EXPECT_THAT(reasons, testing::ElementsAre(Reason::kFirstStep, Reason::kReuse, Reason::kHorizon));
  (void)unlimited.decide({.observation = scene_.observation()});
  unlimited.hold(scene_.observation(), {}, 0, nullptr);  // a chunk of unknown length
  for (int i = 0; i < 40; ++i) EXPECT_EQ(step(unlimited).reason, Reason::kReuse);
}

TEST_F(ChunkGateTest, ARecomputeWithoutHoldLeavesNothingHeld) {
  ChunkGate gate({.kind = GateKind::kPeriod, .period = 2}, 0, GateDevice::kCpu);
  (void)step(gate);
  EXPECT_EQ(step(gate).reason, Reason::kReuse);
  EXPECT_EQ(gate.decide({.observation = scene_.observation()}).reason, Reason::kPeriod);
  EXPECT_EQ(gate.decide({.observation = scene_.observation()}).reason, Reason::kFirstStep);
}

TEST_F(ChunkGateTest, AnotherSetOfCamerasIsAQuery) {
  ChunkGate gate(kNeverGate, 0, GateDevice::kCpu);
  (void)step(gate);
  Observation observation = scene_.observation();
  observation.cameras = observation.cameras.first(1);
  EXPECT_EQ(gate.decide({.observation = observation}).reason, Reason::kNewInput);
}

// What was executed in place of the chunk's rows is what the prediction follows.
TEST_F(ChunkGateTest, ExecutedActionsReplaceTheRows) {
  GateOptions options{.kind = GateKind::kSignals, .explain = true};
  ChunkGate as_planned(options, 0, GateDevice::kCpu), otherwise(options, 0, GateDevice::kCpu);
  (void)step(as_planned), (void)step(otherwise);
  const std::vector<float> push(kDim, 1.0f);
  const Observation observation = scene_.observation();
  EXPECT_EQ(as_planned.decide({.observation = observation}).scores.position_residual, 0.0);
  EXPECT_GT(otherwise.decide({.observation = observation, .executed = push}).scores.position_residual, 0.0);
}

TEST_F(ChunkGateTest, RefusesWhatDoesNotFit) {
  ChunkGate gate({.kind = GateKind::kAwd}, 0, GateDevice::kCpu);
  EXPECT_EQ(message_of([&] { gate.hold(scene_.observation(), {}, 0, nullptr); }),
            "[gate] expected decide() before hold(), got hold() first");
  scene_.width = 222;
  EXPECT_NE(message_of([&] { (void)step(gate); }), "accepted") << "pool does not divide the width";
  scene_.width = 224;
  EXPECT_EQ(step(gate).reason, Reason::kFirstStep);
  EXPECT_EQ(message_of([&] { (void)step(gate, 0); }), "[gate] expected a later step than the last, got 0 steps later");
  scene_.height = 112;
  EXPECT_EQ(message_of([&] { (void)step(gate); }),
            "[gate frame] camera 0: expected 224 x 224 pixels as in the anchor, got 112 x 224");
  EXPECT_EQ(step(gate).reason, Reason::kFirstStep) << "after an error nothing counts as held";
  scene_.state[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message_of([&] { (void)step(gate); }), "[observation] state[2]: expected a finite number, got nan");
  EXPECT_THROW(ChunkGate(kNeverGate, -1, GateDevice::kCpu), Error);
}

}  // namespace
}  // namespace awd
