// Robot masks against what MuJoCo draws: a segmentation picture says for every pixel which geom it shows.
#include "sim/robot_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/rng.h"
#include "sim/arm_controller.h"
#include "sim/mujoco_model.h"
#include "sim/renderer.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

constexpr int kSize = 224, kPatch = kSize / kPatchGrid;
using Shares = std::array<std::uint8_t, PictureCover::kCells>;

/// The scene with the arm in random reachable postures, on its own: no task, no control.
class PosedScene {
 public:
  PosedScene() : model_(load_scene()), data_(make_data(*model_)), renderer_(*model_, false) {}

  void pose(Rng& rng) {
    mj_resetData(model_.get(), data_.get());
    ArmController arm(*model_);
    arm.reset(*data_);
    for (int i = 1; i <= kArmJoints; ++i) {
      const int joint = require_id(*model_, mjOBJ_JOINT, "joint" + std::to_string(i));
      data_->qpos[model_->jnt_qposadr[joint]] += rng.uniform(-0.35, 0.35);
    }
    const double opening = rng.uniform() < 0.5 ? 0.04 : 0.0;
    for (const char* finger : {"finger_left", "finger_right"}) {
      data_->qpos[model_->jnt_qposadr[require_id(*model_, mjOBJ_JOINT, finger)]] = opening;
    }
    mj_forward(model_.get(), data_.get());
  }

  /// For every pixel whether it shows a geom of the robot, [kSize * kSize].
  std::vector<bool> robot_pixels(int camera) {
    const int root = require_id(*model_, mjOBJ_BODY, "link0");
    std::vector<bool> pixels;
    for (const int geom : renderer_.segment(*data_, camera, kSize)) {
      pixels.push_back(geom >= 0 && model_->body_rootid[model_->geom_bodyid[geom]] == root);
    }
    return pixels;
  }

  const mjModel& model() const { return *model_; }
  mjData& data() { return *data_; }

 private:
  static ModelPtr load_scene() {
    ModelPtr model = load_model("pick_scene.xml");
    model->vis.global.offwidth = model->vis.global.offheight = kSize;
    model->vis.quality.offsamples = 0;
    return model;
  }

  ModelPtr model_;
  DataPtr data_;
  Renderer renderer_;
};

TEST(RobotMask, CoversWhatTheCamerasShowOfTheRobotAndLittleMore) {
  PosedScene scene;
  const RobotMasks masks(scene.model(), {.held_radius = 0});
  Rng rng(5);
  for (int camera = 0; camera < kCameraCount; ++camera) {
    std::int64_t robot = 0, missed = 0, marked_area = 0;
    for (int posture = 0; posture < 12; ++posture) {
      scene.pose(rng);
      Shares shares;
      masks.fill(scene.data(), camera, shares);
      marked_area += std::accumulate(shares.begin(), shares.end(), 0) * kPatch * kPatch / 255;
      const std::vector<bool> pixels = scene.robot_pixels(camera);
      for (int i = 0; i < kSize * kSize; ++i) {
        if (!pixels[i]) continue;
        ++robot;
        missed += shares[kPatchGrid * (i / kSize / kPatch) + i % kSize / kPatch] == 0 ? 1 : 0;
      }
    }
    ASSERT_GT(robot, 12 * 500) << "camera " << camera;
    EXPECT_LE(double(missed), 0.001 * double(robot)) << "camera " << camera;
    // The arm hides parts of itself only behind itself, so the outline's area is that of its pixels and the margin's.
    EXPECT_LT(double(marked_area), 1.5 * double(robot)) << "camera " << camera;
  }
}

TEST(RobotMask, HeldBallShowsWhileTheFingersHoldSomething) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  const auto total = [&] {
    int sum = 0;
    for (const RobotMask& mask : world.observe().robot_masks) sum += std::accumulate(mask.data, mask.data + 256, 0);
    return sum;
  };
  const int open = total();
  Action close{};
  close[6] = kGripperClose;
  for (int step = 0; step < 10; ++step) world.step(close);
  const int closed = total();
  EXPECT_LT(std::abs(closed - open), open / 4);
  int steps = 0;
  while (world.phase() != "move" && steps++ < 100) world.step(world.task().expert(world.scene()).action);
  EXPECT_GT(total(), closed);
}

TEST(RobotMask, IsAFunctionOfThePose) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  const auto snapshot = world.save();
  const auto copy = [&] {
    const RobotMask mask = world.observe().robot_masks[0];
    return std::vector<std::uint8_t>(mask.data, mask.data + PictureCover::kCells);
  };
  const auto before = copy();
  for (int step = 0; step < 20; ++step) world.step(world.task().expert(world.scene()).action);
  EXPECT_NE(copy(), before);
  world.restore(*snapshot);
  EXPECT_EQ(copy(), before);
}

}  // namespace
}  // namespace awd::sim
