// Collects the geoms of the robot's bodies once and projects them at every step.
#include "sim/robot_mask.h"

#include "sim/geom_outline.h"
#include "sim/mujoco_model.h"

namespace awd::sim {
namespace {

// Half openings (m) between which the fingers hold something: objects are 0.018 to 0.030 m to each side.
constexpr double kEmptyGrip = 0.010, kOpenGrip = 0.034;

}  // namespace

RobotMasks::RobotMasks(const mjModel& model, const RobotMaskOptions& options)
    : model_(model), options_(options), tcp_(require_id(model, mjOBJ_SITE, "tcp")) {
  const int root = require_id(model, mjOBJ_BODY, "link0");
  for (int geom = 0; geom < model.ngeom; ++geom) {
    if (model.body_rootid[model.geom_bodyid[geom]] == root) geoms_.push_back(geom);
  }
  fingers_ = {model.jnt_qposadr[require_id(model, mjOBJ_JOINT, "finger_left")],
              model.jnt_qposadr[require_id(model, mjOBJ_JOINT, "finger_right")]};
}

void RobotMasks::fill(const mjData& data, int camera, std::span<std::uint8_t, PictureCover::kCells> shares) const {
  const PinholeCamera pinhole = PinholeCamera::of(model_, data, camera);
  PictureCover cover;
  for (const int geom : geoms_) add_outline(model_, data, geom, options_.margin, pinhole, cover);
  const double opening = 0.5 * (data.qpos[fingers_[0]] + data.qpos[fingers_[1]]);
  if (options_.held_radius > 0 && opening > kEmptyGrip && opening < kOpenGrip) {
    const double* tcp = data.site_xpos + 3 * tcp_;
    add_ball({tcp[0], tcp[1], tcp[2]}, options_.held_radius, pinhole, cover);
  }
  cover.read_shares(shares);
}

bool is_body_in_picture(const mjModel& model, const mjData& data, int body, int camera) {
  const PinholeCamera pinhole = PinholeCamera::of(model, data, camera);
  PictureCover cover;
  for (int geom = 0; geom < model.ngeom; ++geom) {
    if (model.body_rootid[model.geom_bodyid[geom]] == body) add_outline(model, data, geom, 0, pinhole, cover);
  }
  return !cover.empty();
}

}  // namespace awd::sim
