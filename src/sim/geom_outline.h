// Outlines of MuJoCo's convex geoms in a camera's picture.
#pragma once

#include <mujoco/mujoco.h>

#include "sim/picture_cover.h"
#include "sim/pose.h"

namespace awd::sim {

/// A pinhole camera with a square picture, posed in the world.
struct PinholeCamera {
  Vec3 position;
  std::array<Vec3, 3> axes;  // right, up and back, unit vectors in the world
  double focal = 1;          // focal length over the picture's side

  /// A camera of the model where `data` has it.
  static PinholeCamera of(const mjModel& model, const mjData& data, int camera);

  /// Where a point of the world appears; it must lie before the camera.
  PicturePoint project(const Vec3& point) const;
};

/// Adds the outline of a geom (sphere, ellipsoid, capsule, cylinder or box), made larger by `margin` on all
/// sides, as a share of the picture's side. Geoms behind the camera, around it or touching it add nothing: a picture
/// shows neither the inside of a body nor what carries the camera.
void add_outline(const mjModel& model, const mjData& data, int geom, double margin, const PinholeCamera& camera,
                 PictureCover& cover);

/// Adds the outline of a ball.
void add_ball(const Vec3& centre, double radius, const PinholeCamera& camera, PictureCover& cover);

}  // namespace awd::sim
