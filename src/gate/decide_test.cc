// The rules of decide(): order, reasons, reductions, hard errors.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

class Decide : public testing::Test {
 protected:
  void hold() { set_anchor({held_.views, state_, joints_, 0}, importance_, options_, anchor_); }
  Decision decide_on(const TestScene& scene, int age = 1) {
    return decide({scene.views, state_, joints_, age}, anchor_, options_, gate_state_);
  }

  TestScene held_{1, 11}, still_{1, 11}, noisy_{1, 12}, changed_{2, 12};
  std::vector<float> state_ = std::vector<float>(8, 0.5f);
  std::vector<float> joints_ = std::vector<float>(7, 0.1f);
  ImportanceMaps importance_ = test_importance_maps(21);
  GateOptions options_;
  Anchor anchor_;
  GateState gate_state_;
};

TEST_F(Decide, NothingHeldIsTheFirstStep) {
  const Decision decision = decide_on(still_);
  EXPECT_EQ(decision.verdict, Verdict::kRecompute);
  EXPECT_EQ(decision.reason, Reason::kFirstStep);
}

TEST_F(Decide, StillSceneIsReused) {
  hold();
  const Decision decision = decide_on(still_, 3);
  EXPECT_EQ(decision.verdict, Verdict::kReuse);
  EXPECT_EQ(decision.reason, Reason::kReuse);
  EXPECT_EQ(decision.age, 3);
  EXPECT_EQ(decision.scores.state_drift, 0.0);
  EXPECT_EQ(decision.scores.weighted_drift, 0.0);
}

TEST_F(Decide, StateGuardComesFirstAndSkipsThePictures) {
  hold();
  state_[2] += 0.06f;
  const Decision decision = decide_on(changed_);
  EXPECT_EQ(decision.reason, Reason::kStateGuard);
  EXPECT_NEAR(decision.scores.state_drift, 0.06, 1e-7);
  EXPECT_TRUE(std::isnan(decision.scores.weighted_drift));
  EXPECT_TRUE(std::isnan(decision.scores.cosine));
}

TEST_F(Decide, StateSourceChoosesWhatIsGuarded) {
  options_.state_source = StateSource::kJoints;
  hold();
  state_[0] += 1.0f;
  EXPECT_EQ(decide_on(still_).reason, Reason::kReuse);
  joints_[2] += 0.06f;
  EXPECT_EQ(decide_on(still_).reason, Reason::kStateGuard);
}

TEST_F(Decide, VisionDriftFires) {
  hold();
  EXPECT_EQ(decide_on(noisy_).reason, Reason::kReuse);
  EXPECT_EQ(decide_on(changed_).reason, Reason::kVisionDrift);
}

TEST_F(Decide, ThresholdItselfIsStillReuse) {
  hold();
  options_.drift_threshold = decide_on(changed_).scores.weighted_drift;
  EXPECT_EQ(decide_on(changed_).reason, Reason::kReuse);
}

TEST_F(Decide, CosineUsesTheWorstCamera) {
  options_.kind = GateKind::kCosine;
  hold();
  EXPECT_EQ(decide_on(still_).reason, Reason::kReuse);
  TestScene one_changed(1, 11);
  one_changed.views[1] = changed_.views[1];
  const Decision decision = decide_on(one_changed);
  EXPECT_EQ(decision.reason, Reason::kCosine);
  EXPECT_NEAR(decision.scores.cosine_per_camera[0], 1.0, 1e-12);
  EXPECT_EQ(decision.scores.cosine, decision.scores.cosine_per_camera[1]);
}

TEST_F(Decide, AlwaysNeverAndPeriodLookAtNothing) {
  options_.kind = GateKind::kAlways;
  hold();
  EXPECT_EQ(decide_on(still_).reason, Reason::kAlways);
  options_.kind = GateKind::kNever;
  EXPECT_EQ(decide_on(changed_).reason, Reason::kReuse);
  options_.kind = GateKind::kPeriod;
  options_.period = 5;
  EXPECT_EQ(decide_on(changed_, 4).reason, Reason::kReuse);
  EXPECT_EQ(decide_on(still_, 5).reason, Reason::kPeriod);
  EXPECT_TRUE(std::isnan(decide_on(still_, 5).scores.raw_drift));
}

TEST_F(Decide, ExplainScoresEverythingAndKeepsTheVerdict) {
  options_.explain = true;
  for (const GateKind kind :
       {GateKind::kAlways, GateKind::kNever, GateKind::kPeriod, GateKind::kCosine, GateKind::kAwd}) {
    options_.kind = kind;
    hold();
    const Decision decision = decide_on(changed_);
    EXPECT_EQ(decision.scores.state_drift, 0.0);
    EXPECT_GT(decision.scores.raw_drift, 0.0);
    EXPECT_GT(decision.scores.weighted_drift, 0.0);
    EXPECT_LT(decision.scores.cosine, 0.98);
    const bool reuses = kind == GateKind::kNever || kind == GateKind::kPeriod;
    EXPECT_EQ(decision.verdict == Verdict::kReuse, reuses) << word_of(kind);
  }
}

TEST_F(Decide, CameraReduceMeanOrMax) {
  hold();
  TestScene one_changed(1, 11);
  one_changed.views[1] = changed_.views[1];
  const Scores mean = decide_on(one_changed).scores;
  options_.camera_reduce = CameraReduce::kMax;
  const Scores max = decide_on(one_changed).scores;
  EXPECT_EQ(mean.weighted_drift_per_camera[0], 0.0);
  EXPECT_DOUBLE_EQ(max.weighted_drift, max.weighted_drift_per_camera[1]);
  EXPECT_DOUBLE_EQ(mean.weighted_drift, max.weighted_drift / 2);
}

TEST_F(Decide, MissingCameraIsLeftOutOfTheMean) {
  held_.views[0] = {};
  changed_.views[0] = {};
  hold();
  const Scores scores = decide_on(changed_).scores;
  EXPECT_DOUBLE_EQ(scores.weighted_drift, scores.weighted_drift_per_camera[1]);
  EXPECT_TRUE(std::isnan(scores.weighted_drift_per_camera[0]));
}

TEST_F(Decide, FrameThatDoesNotFitTheAnchorIsRefused) {
  hold();
  TestScene missing(1, 11), small(1, 11);
  missing.views[1] = {};
  small.views[0].height = 112;
  EXPECT_THROW((void)decide_on(missing), Error);
  EXPECT_THROW((void)decide_on(small), Error);
  EXPECT_THROW((void)decide({std::span(still_.views).first(1), state_, joints_, 1}, anchor_, options_, gate_state_),
               Error);
  state_[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW((void)decide_on(still_), Error);
}

TEST_F(Decide, BadOptionsAndInputsLeaveNoAnchor) {
  hold();
  options_.pool = 9;
  EXPECT_THROW(hold(), Error);
  EXPECT_FALSE(anchor_.valid);
  options_ = {};
  options_.dilation = 4;
  EXPECT_THROW(hold(), Error);
  options_ = {};
  importance_.n_cameras = 1;
  EXPECT_THROW(hold(), Error);
  importance_.n_cameras = 2;
  held_.views = {};
  EXPECT_THROW(hold(), Error);
}

}  // namespace
}  // namespace awd
