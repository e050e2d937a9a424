// A policy whose pictures are compared by a DeviceGate decides as one without, step by step, with the same scores.
// The device is played by the CPU's own functions; where there is a GPU, it takes part, too.
#include "runtime/device_signals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "awd/error.h"
#include "backend/device.h"
#include "gate/importance_weight.h"
#include "gate/patch_grid.h"
#include "gate/pooling.h"
#include "gate/test_pictures.h"
#include "gate/weighted_drift.h"
#include "runtime/arm.h"
#include "runtime/fake_session.h"
#include "runtime/reuse_policy.h"

namespace awd {
namespace {

/// A DeviceGate of plain calls.
class PlainDeviceGate final : public DeviceGate {
 public:
  explicit PlainDeviceGate(const DeviceGateOptions& options)
      : options_(options), signals_(std::size_t(options.cameras)) {}

  void look(std::span<const DevicePicture> pictures, std::uintptr_t) override {
    for (std::size_t c = 0; c < signals_.size(); ++c) {
      const ImageView view{pictures[c].data, pictures[c].height, pictures[c].width};
      Anchor::Camera& held = held_[c];
      signals_[c] = {};
      now_[c].pooled.clear();
      if (view.empty()) continue;
      pool_picture(view, options_.pool, now_[c].pooled);
      if ((options_.patch_cameras >> c & 1) != 0) {
        signals_[c].has_patches = true;
        pool_patches(view, signals_[c].patches);
      }
      if (held.pooled.empty()) continue;
      const CameraDrift drift = camera_drift(view, held, options_.pool, options_.pixel_range);
      signals_[c].raw_drift = drift.raw;
      signals_[c].weighted_drift = drift.weighted;
      signals_[c].local_outlier = drift.largest_cell;
    }
  }
  std::span<const PictureSignals> signals() override { return signals_; }
  void hold(const ImportanceMaps& importance) override {
    importance_ = importance;
    for (std::size_t c = 0; c < signals_.size(); ++c) {
      held_[c].pooled = now_[c].pooled;
      importance_weight(importance.map[c], options_.height / options_.pool, options_.width / options_.pool,
                        options_.dilation, held_[c].weight);
    }
  }
  void hold_attention(const Tensor&, std::uintptr_t) override { FAIL(); }
  const ImportanceMaps& importance() override { return importance_; }

 private:
  DeviceGateOptions options_;
  std::array<Anchor::Camera, kMaxCameras> held_, now_;
  std::vector<PictureSignals> signals_;
  ImportanceMaps importance_;
};

/// Bits of a score; all NaN are alike.
bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void expect_same_scores(const Decision& got, const Decision& expected) {
  EXPECT_EQ(got.reason, expected.reason);
  for (int i = 0; i < kGateSignalCount; ++i) {
    const double a = got.scores.of(GateSignal(i)), b = expected.scores.of(GateSignal(i));
    EXPECT_TRUE(same(a, b) || std::abs(a - b) <= 1e-6 * std::abs(b)) << word_of(GateSignal(i)) << ' ' << a << ' ' << b;
  }
}

/// Plays 40 steps of a scene that changes now and then, loses a camera and starts again.
void expect_same_decisions(const GateOptions& gate, std::unique_ptr<DeviceGate> device_gate) {
  FakeLog log, device_log;
  ReusePolicy plain(fake_engine_info(), std::make_unique<FakeSession>(log), gate, {.mode = ReuseMode::kRestart});
  ReusePolicy device(fake_engine_info(), std::make_unique<FakeSession>(device_log), gate, {.mode = ReuseMode::kRestart},
                     std::move(device_gate));
  const std::array<std::uint8_t, kPatchCells> shares{};
  const std::array<RobotMask, 2> masks{RobotMask{shares.data()}, RobotMask{shares.data()}};
  const std::vector<float> state = {0.4f, 0, 0.3f, 0, 0, 0, 0.04f, 0.04f}, joints(7, 0.1f);
  int reused = 0;
  for (int step = 0; step < 40; ++step) {
    if (step == 25) {
      plain.reset(3);
      device.reset(3);
    }
    TestScene scene(step % 10 < 8 ? 1 : 2, 11 + std::uint32_t(step % 3), step % 7 == 0 ? 1 : 0);
    if (step >= 12 && step < 16) scene.views[1] = {};
    Observation observation{scene.views, state, joints, "put the red cube in the bin"};
    observation.robot_masks = masks;
    const Decision expected = plain.act(observation).decision;
    expect_same_scores(device.act(observation).decision, expected);
    reused += expected.verdict == Verdict::kReuse;
  }
  EXPECT_GT(reused, 3);
  EXPECT_LT(reused, 37);
}

class DeviceSignals : public testing::TestWithParam<const char*> {
 protected:
  static GateOptions gate() { return parse_arm(GetParam()).gate; }
};
INSTANTIATE_TEST_SUITE_P(
    Arms, DeviceSignals,
    testing::Values("a{gate=awd,mode=restart}", "a{gate=awd,mode=restart,pixel_range=model,pool=4,explain=true}",
                    "a{gate=signals,mode=restart,max_local_outlier=0.2,uniform_importance=true}",
                    "a{gate=signals,mode=restart,max_compensated_drift=5}",
                    "awd-guarded{max_position_residual=0,max_gripper_residual=0,switch_within=0}"));

TEST_P(DeviceSignals, DecideAsPixelsDo) {
  expect_same_decisions(gate(), std::make_unique<PlainDeviceGate>(device_gate_options(fake_engine_info(), gate())));
}

TEST_P(DeviceSignals, DecideAsPixelsDoOnTheGpu) {
  if (!cuda_available()) GTEST_SKIP() << "no CUDA device";
  expect_same_decisions(gate(), make_device_gate(fake_engine_info(), gate()));
}

TEST(MakeDeviceGate, NeedsNoneWhereNoPictureIsCompared) {
  EXPECT_EQ(make_device_gate(fake_engine_info(), {.kind = GateKind::kPeriod}), nullptr);
  EXPECT_EQ(make_device_gate(fake_engine_info(), {.kind = GateKind::kCosine}), nullptr);
  if (!cuda_available()) {
    EXPECT_THROW((void)make_device_gate(fake_engine_info(), {}), Error);
  }
}

}  // namespace
}  // namespace awd
