// Gates `signals`, `random` and `oracle` through decide(): order, reasons, rules without scores, absent inputs, memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/signal_table.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

constexpr int kDim = 7;

/// A gate at work: actions that do nothing, masks that show no robot.
class Signals : public testing::Test {
 protected:
  Signals() { options_.kind = GateKind::kSignals; }

  Frame frame(const TestScene& scene) {
    executed_.assign(std::size_t(age_) * kDim, 0.0f);
    return {.cameras = scene.views,
            .state = state_,
            .joints = joints_,
            .age = age_,
            .robot_masks = masks_,
            .executed = executed_,
            .planned = planned_,
            .action_dim = kDim,
            .event = event_};
  }
  void hold(const TestScene& scene) {
    age_ = 0;
    set_anchor(frame(scene), importance_, options_, anchor_);
  }
  void start() {
    reset_gate(gate_state_, 7);
    age_ = 0;
    (void)decide(frame(still_), Anchor{}, options_, gate_state_);
    hold(still_);
  }
  Decision next(const TestScene& scene) {
    ++age_;
    return decide(frame(scene), anchor_, options_, gate_state_);
  }

  TestScene still_{1, 11}, changed_{2, 12};
  std::vector<float> state_ = {0.4f, 0, 0.3f, 0, 0, 0, 0.04f, 0.04f};
  std::vector<float> joints_ = std::vector<float>(7, 0.1f);
  std::array<std::uint8_t, kPatchCells> shares_{};
  std::array<RobotMask, 2> masks_{RobotMask{shares_.data()}, RobotMask{shares_.data()}};
  std::vector<float> executed_, planned_ = std::vector<float>(5 * kDim, -1.0f);
  ImportanceMaps importance_ = test_importance_maps(21);
  bool event_ = false;
  GateOptions options_;
  Anchor anchor_;
  GateState gate_state_;
  int age_ = 0;
};

TEST_F(Signals, WithoutLimitsNothingFiresOrIsComputed) {
  start();
  state_[0] += 1;
  const Decision decision = next(changed_);
  EXPECT_EQ(decision.reason, Reason::kReuse);
  for (int i = 0; i < kGateSignalCount; ++i) {
    EXPECT_TRUE(std::isnan(decision.scores.of(GateSignal(i)))) << word_of(GateSignal(i));
  }
}

TEST_F(Signals, EverySignalGivesItsReasonAboveItsLimitOnly) {
  options_.residual.noise_learning = 0;
  for (const SignalRow& row : kSignalRows) {
    for (const bool is_low : {true, false}) {
      options_.limit = {};
      options_.limit.*row.limit = is_low ? 1e-5 : 1e5;
      state_ = {0.4f, 0, 0.3f, 0, 0, 0, 0.04f, 0.04f};
      joints_[0] = 0.1f;
      start();
      for (int i = 0; i < 3; ++i) (void)next(still_);
      state_ = {0.5f, 0, 0.3f, 0.2f, 0, 0, 0.02f, 0.02f};
      joints_[0] = 0.3f;
      const Decision decision = next(changed_);
      EXPECT_EQ(decision.reason, is_low ? row.reason : Reason::kReuse) << word_of(row.signal);
      EXPECT_GT(decision.scores.of(row.signal), 1e-3) << word_of(row.signal);
    }
  }
}

TEST_F(Signals, TheCheapestSignalSpeaksFirstAndSparesTheRest) {
  options_.limit = {.tcp_drift = 0.05, .raw_drift = 1};
  start();
  state_[0] += 0.1f;
  const Decision decision = next(changed_);
  EXPECT_EQ(decision.reason, Reason::kTcpDrift);
  EXPECT_NEAR(decision.scores.tcp_drift, 0.1, 1e-6);
  EXPECT_TRUE(std::isnan(decision.scores.raw_drift));
}

TEST_F(Signals, ExplainComputesAllAndKeepsTheVerdict) {
  options_.limit = {.tcp_drift = 0.05};
  options_.explain = true;
  options_.residual.noise_learning = 0;
  planned_[2 * kDim - 1] = 1;  // row 1 closes
  start();
  for (int i = 0; i < 4; ++i) (void)next(still_);
  const Decision decision = next(changed_);
  EXPECT_EQ(decision.reason, Reason::kReuse);
  for (int i = 0; i < kGateSignalCount; ++i) {
    EXPECT_FALSE(std::isnan(decision.scores.of(GateSignal(i)))) << word_of(GateSignal(i));
  }
  EXPECT_EQ(decision.scores.switch_in, 1);
  EXPECT_TRUE(std::isnan(decision.scores.masked_residual_per_camera[1]));  // only camera 0 is fixed
  EXPECT_FALSE(std::isnan(decision.scores.compensated_drift_per_camera[1]));
  EXPECT_GT(decision.scores.local_outlier, decision.scores.raw_drift / 784);
}

TEST_F(Signals, AbsentInputsAreNotComputedAndCannotFire) {
  options_.limit = {.joint_drift = 1e-5, .position_residual = 1e-5, .gripper_residual = 1e-5, .masked_residual = 1e-5};
  options_.residual.noise_learning = 0;
  joints_.clear();
  masks_ = {};
  state_.resize(2);
  start();
  for (int i = 0; i < 3; ++i) (void)next(still_);
  EXPECT_EQ(next(changed_).reason, Reason::kReuse);
}

TEST_F(Signals, WarmUpAndAgeCap) {
  options_.rules = {.warm_up = 3, .max_age = 4};
  start();  // step 0
  EXPECT_EQ(next(still_).reason, Reason::kWarmUp);
  EXPECT_EQ(next(still_).reason, Reason::kWarmUp);
  EXPECT_EQ(next(still_).reason, Reason::kReuse);
  EXPECT_EQ(next(still_).reason, Reason::kAgeCap);
}

TEST_F(Signals, AnOldPlanIsMadeAnewBeforeTheGripperSwitches) {
  options_.rules = {.switch_within = 3, .switch_age = 2};
  start();
  planned_[3 * kDim - 1] = 1;                      // row 2 closes
  EXPECT_EQ(next(still_).reason, Reason::kReuse);  // too young
  EXPECT_EQ(next(still_).reason, Reason::kGripperSwitch);
  planned_[3 * kDim - 1] = -1;
  planned_[4 * kDim - 1] = 1;  // row 3: not within 3 steps
  EXPECT_EQ(next(still_).reason, Reason::kReuse);
}

TEST_F(Signals, RulesWithoutScoresBelongToTheGateSignals) {
  options_.kind = GateKind::kNever;
  options_.rules = {.warm_up = 100, .max_age = 1, .switch_within = 5, .switch_age = 1};
  start();
  planned_[kDim - 1] = 1;
  EXPECT_EQ(next(still_).reason, Reason::kReuse);
}

TEST_F(Signals, VotesWaitForTheSecondScore) {
  options_.limit = {.tcp_drift = 0.05};
  options_.rules = {.votes = 2, .votes_of = 2};
  start();
  state_[0] += 0.1f;
  EXPECT_EQ(next(still_).reason, Reason::kReuse);
  EXPECT_EQ(next(still_).reason, Reason::kTcpDrift);
}

TEST_F(Signals, UniformImportanceNeedsNoMaps) {
  options_.limit = {.weighted_drift = 1e5};
  options_.uniform_importance = true;
  importance_.n_cameras = 0;
  start();
  const Scores scores = next(changed_).scores;
  EXPECT_NEAR(scores.weighted_drift, scores.raw_drift / 256, 1e-5 * scores.raw_drift);
}

TEST_F(Signals, ObserveKeepsTheMemoryOfStepsThatOthersDecide) {
  options_.limit = {.gripper_residual = 0.004};
  start();
  state_[6] = state_[7] = 0.02f;
  for (int i = 0; i < 3; ++i) {
    ++age_;
    observe(frame(still_), options_, gate_state_);
  }
  hold(still_);  // a query that the runtime made
  EXPECT_EQ(next(still_).reason, Reason::kReuse);
  state_[6] = state_[7] = 0.0f;  // what was held has slipped
  EXPECT_EQ(next(still_).reason, Reason::kGripperResidual);
}

TEST_F(Signals, OracleFollowsTheEvent) {
  options_.kind = GateKind::kOracle;
  start();
  EXPECT_EQ(next(changed_).reason, Reason::kReuse);
  event_ = true;
  EXPECT_EQ(next(still_).reason, Reason::kOracle);
}

TEST_F(Signals, RandomDependsOnSeedAndStepOnly) {
  options_.kind = GateKind::kRandom;
  options_.random_share = 0.3;
  const auto draws = [&](std::uint64_t seed) {
    start();
    reset_gate(gate_state_, seed);
    std::vector<Reason> reasons;
    for (int i = 0; i < 400; ++i) {
      if (i % 7 == 3) {
        observe(frame(still_), options_, gate_state_);  // a step that the runtime decides takes its draw along
        continue;
      }
      age_ = 0;
      reasons.push_back(next(i % 2 == 0 ? still_ : changed_).reason);
    }
    return reasons;
  };
  const auto once = draws(5);
  EXPECT_EQ(once, draws(5));
  EXPECT_NE(once, draws(6));
  const auto share = double(std::ranges::count(once, Reason::kRandom)) / double(once.size());
  EXPECT_NEAR(share, 0.3, 0.08);
  options_.random_share = 0;
  EXPECT_THAT(draws(5), testing::Each(Reason::kReuse));
  options_.random_share = 1;
  EXPECT_THAT(draws(5), testing::Each(Reason::kRandom));
}

TEST_F(Signals, BadOptionsAndFramesAreRefused) {
  options_.rules = {.votes = 3, .votes_of = 2};
  EXPECT_THROW(check_gate_options(options_, 224, 224), Error);
  options_.rules = {.window = kMaxRuleWindow + 1};
  EXPECT_THROW(check_gate_options(options_, 224, 224), Error);
  options_.rules = {};
  options_.residual.residual_rank = 0;
  EXPECT_THROW(check_gate_options(options_, 224, 224), Error);
  options_.residual.residual_rank = 1;
  options_.limit = {.masked_residual = 1};
  EXPECT_THROW(check_gate_options(options_, 200, 200), Error);  // 16 does not divide it
  EXPECT_NO_THROW(check_gate_options(options_, 224, 224));
  start();
  Frame bad = frame(still_);
  bad.age = 3;
  bad.executed = std::span(planned_).first(kDim);
  EXPECT_THROW((void)decide(bad, anchor_, options_, gate_state_), Error);
}

TEST(RecommendedGuard, IsUsable) {
  const GateOptions options = recommended_guard();
  EXPECT_EQ(options.kind, GateKind::kSignals);
  EXPECT_NO_THROW(check_gate_options(options, 224, 224));
}

}  // namespace
}  // namespace awd
