// decide() on signals computed elsewhere: they count, the pixels do not.
#include "gate/picture_signals.h"

#include <gtest/gtest.h>

#include "awd/error.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

class GivenSignals : public testing::Test {
 protected:
  Frame frame(int age) const {
    return {.cameras = scene_.views, .state = state_, .joints = {}, .age = age, .signals = signals_};
  }
  void hold() { set_anchor(frame(0), importance_, options_, anchor_); }
  Decision next() { return decide(frame(1), anchor_, options_, memory_); }

  TestScene scene_{1, 11};
  std::vector<float> state_ = std::vector<float>(8, 0.5f);
  ImportanceMaps importance_ = test_importance_maps(21);
  std::vector<PictureSignals> signals_ =
      std::vector<PictureSignals>(2, {.raw_drift = 3, .weighted_drift = 0.25, .local_outlier = 0.125});
  GateOptions options_;
  Anchor anchor_;
  GateState memory_;
};

TEST_F(GivenSignals, DecideInPlaceOfThePixels) {
  hold();
  EXPECT_EQ(next().reason, Reason::kReuse);
  EXPECT_EQ(next().scores.raw_drift, 3);
  signals_[1].weighted_drift = 1;  // the mean of both cameras is above 0.5
  EXPECT_EQ(next().reason, Reason::kVisionDrift);
  EXPECT_EQ(next().scores.weighted_drift_per_camera[1], 1);
  EXPECT_TRUE(anchor_.cameras[0].pooled.empty());
}

TEST_F(GivenSignals, PatchesAreComparedWithTheAnchors) {
  options_.kind = GateKind::kSignals;
  options_.limit.compensated_drift = 0.1;
  for (PictureSignals& signals : signals_) {
    signals.has_patches = true;
    for (std::size_t i = 0; i < signals.patches.size(); ++i) signals.patches[i] = float(i % 7 * 20);
  }
  hold();
  EXPECT_EQ(next().reason, Reason::kReuse);
  signals_[0].patches[5] += 1000;
  EXPECT_EQ(next().reason, Reason::kCompensatedDrift);
  signals_[1].has_patches = false;
  EXPECT_THROW(next(), Error);
}

TEST_F(GivenSignals, AreExpectedOfEveryFrameOrNone) {
  hold();
  signals_.pop_back();
  EXPECT_THROW(next(), Error);
  signals_.clear();
  EXPECT_THROW(next(), Error);
  hold();
  EXPECT_EQ(next().reason, Reason::kReuse);
  signals_.resize(2);
  EXPECT_THROW(next(), Error);
}

// A device that held nothing has nothing to say, which must not be taken for "nothing has changed".
TEST_F(GivenSignals, WithoutADriftAreRefused) {
  hold();
  signals_[0] = {};
  EXPECT_THROW(next(), Error);
}

}  // namespace
}  // namespace awd
