// Every geom becomes a set of points whose convex hull is, or closely encloses, the outline that the camera sees.
#include "sim/geom_outline.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace awd::sim {
namespace {

constexpr int kCirclePoints = 12;
constexpr double kNear = 0.005;      // m, nearer things are cut off
constexpr double kTouching = 0.003;  // m, a body this near to the camera carries it and does not show
constexpr int kMaxCorners = 2 * kCirclePoints;

double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// Unit vectors to the corners of a polygon, scaled so that its sides touch the unit circle from outside.
const std::array<std::array<double, 2>, kCirclePoints>& circle() {
  static const auto points = [] {
    std::array<std::array<double, 2>, kCirclePoints> polygon;
    for (int i = 0; i < kCirclePoints; ++i) {
      const double angle = 2 * std::numbers::pi * i / kCirclePoints;
      const double radius = 1 / std::cos(std::numbers::pi / kCirclePoints);
      polygon[i] = {radius * std::cos(angle), radius * std::sin(angle)};
    }
    return polygon;
  }();
  return points;
}

/// Points in the camera's frame (right, up, back); their convex hull is the body.
struct Corners {
  std::array<Vec3, kMaxCorners> points;
  int count = 0;
  void add(const Vec3& point) { points[count++] = point; }
};

/// A geom's centre and axes (scaled to its half sizes) in the camera's frame.
struct Solid {
  Vec3 centre;
  std::array<Vec3, 3> half;
  Vec3 at(double x, double y, double z) const { return centre + x * half[0] + y * half[1] + z * half[2]; }
};

/// The circle along which lines from the camera touch an ellipsoid. Nothing if the camera is inside.
void add_ellipsoid(const Solid& solid, Corners& corners) {
  // In the frame where the ellipsoid is the unit sphere: solve half * eye = -centre.
  const auto& [a, b, c] = solid.half;
  const double volume = dot(a, cross(b, c));
  const Vec3 to_centre = (1 / volume) * Vec3{dot(solid.centre, cross(b, c)), dot(solid.centre, cross(c, a)),
                                             dot(solid.centre, cross(a, b))};
  const Vec3 eye = -1.0 * to_centre;
  const double distance2 = dot(eye, eye);
  if (distance2 <= 1) return;
  const Vec3 middle = (1 / distance2) * eye;
  const double radius = std::sqrt(1 - 1 / distance2);
  const Vec3 other = std::fabs(eye[0]) < std::fabs(eye[1]) ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
  Vec3 u = cross(eye, other);
  u = (1 / norm(u)) * u;
  const Vec3 v = (1 / std::sqrt(distance2)) * cross(eye, u);
  for (const auto& [cosine, sine] : circle()) {
    const Vec3 p = middle + (radius * cosine) * u + (radius * sine) * v;
    corners.add(solid.at(p[0], p[1], p[2]));
  }
}

void add_box(const Solid& solid, Corners& corners) {
  for (const double x : {-1.0, 1.0}) {
    for (const double y : {-1.0, 1.0}) {
      for (const double z : {-1.0, 1.0}) corners.add(solid.at(x, y, z));
    }
  }
}

void add_cylinder(const Solid& solid, Corners& corners) {
  for (const double z : {-1.0, 1.0}) {
    for (const auto& [cosine, sine] : circle()) corners.add(solid.at(cosine, sine, z));
  }
}

/// Where a point of the camera's frame appears.
PicturePoint project_local(const Vec3& p, double focal) {
  const double scale = focal / -p[2];
  return {0.5 + scale * p[0], 0.5 - scale * p[1]};
}

/// Cuts off what is behind the near plane, projects the rest and adds its hull.
void add_corners(const Corners& corners, const PinholeCamera& camera, PictureCover& cover) {
  std::array<PicturePoint, PictureCover::kMaxPoints> projected;
  int count = 0;
  const auto project = [&](const Vec3& p) { projected[count++] = project_local(p, camera.focal); };
  for (int i = 0; i < corners.count; ++i) {
    const Vec3& a = corners.points[i];
    if (a[2] > -kNear) continue;
    project(a);
    for (int j = 0; j < corners.count; ++j) {
      const Vec3& b = corners.points[j];
      if (b[2] <= -kNear) continue;
      Vec3 cut = a + ((-kNear - a[2]) / (b[2] - a[2])) * (b - a);
      cut[2] = -kNear;
      project(cut);
    }
  }
  cover.add_hull(std::span(projected).first(count));
}

/// `v` in the camera's frame.
Vec3 turned(const PinholeCamera& camera, const Vec3& v) {
  return {dot(camera.axes[0], v), dot(camera.axes[1], v), dot(camera.axes[2], v)};
}

/// No point of the ball can be in the picture.
bool is_out_of_view(const Vec3& centre, double radius, const PinholeCamera& camera) {
  if (-centre[2] + radius < kNear) return true;
  // Distance from the planes through the camera and the picture's sides: x or y = +-depth / (2 focal).
  const double slope = 0.5 / camera.focal, scale = 1 / std::sqrt(1 + slope * slope);
  const double side = std::max(std::fabs(centre[0]), std::fabs(centre[1]));
  return (side + slope * centre[2]) * scale > radius;
}

/// The camera, at the origin, is inside of the solid's bounding box or touches it.
bool is_around_camera(const Solid& solid) {
  return std::ranges::all_of(solid.half, [&](const Vec3& half) {
    const double length = norm(half);
    return std::fabs(dot(solid.centre, half)) / length < length + kTouching;
  });
}

}  // namespace

PinholeCamera PinholeCamera::of(const mjModel& model, const mjData& data, int camera) {
  PinholeCamera pinhole;
  mju_copy3(pinhole.position.data(), data.cam_xpos + 3 * camera);
  for (int axis = 0; axis < 3; ++axis) {
    for (int i = 0; i < 3; ++i) pinhole.axes[axis][i] = data.cam_xmat[9 * camera + 3 * i + axis];
  }
  pinhole.focal = 0.5 / std::tan(0.5 * model.cam_fovy[camera] * std::numbers::pi / 180);
  return pinhole;
}

PicturePoint PinholeCamera::project(const Vec3& point) const {
  return project_local(turned(*this, point - position), focal);
}

void add_outline(const mjModel& model, const mjData& data, int geom, double margin, const PinholeCamera& camera,
                 PictureCover& cover) {
  const double* position = data.geom_xpos + 3 * geom;
  const double* matrix = data.geom_xmat + 9 * geom;
  const double* size = model.geom_size + 3 * geom;
  Solid solid;
  solid.centre = turned(camera, Vec3{position[0], position[1], position[2]} - camera.position);
  // The margin in metres where the geom is, so that it is as wide in the picture as it should be.
  const double wider = margin / camera.focal * std::max(-solid.centre[2], 0.0);
  if (is_out_of_view(solid.centre, model.geom_rbound[geom] + wider * std::numbers::sqrt3, camera)) return;

  std::array<Vec3, 3> axes;
  for (int axis = 0; axis < 3; ++axis) {
    axes[axis] = turned(camera, {matrix[axis], matrix[3 + axis], matrix[6 + axis]});
  }
  const int type = model.geom_type[geom];
  const bool is_round = type == mjGEOM_SPHERE || type == mjGEOM_CAPSULE || type == mjGEOM_CYLINDER;
  const double across = (is_round ? size[0] : size[1]) + wider;
  const double along = (type == mjGEOM_CYLINDER ? size[1] : is_round ? size[0] : size[2]) + wider;
  solid.half = {(size[0] + wider) * axes[0], across * axes[1], along * axes[2]};
  if (type != mjGEOM_CAPSULE && is_around_camera(solid)) return;
  Corners corners;
  if (type == mjGEOM_SPHERE || type == mjGEOM_ELLIPSOID) {
    add_ellipsoid(solid, corners);
  } else if (type == mjGEOM_CAPSULE) {
    for (const double end : {-size[1], size[1]}) add_ellipsoid({solid.centre + end * axes[2], solid.half}, corners);
  } else {
    AWD_CHECK(type == mjGEOM_BOX || type == mjGEOM_CYLINDER, "geom {} type {}", geom, type);
    type == mjGEOM_BOX ? add_box(solid, corners) : add_cylinder(solid, corners);
  }
  add_corners(corners, camera, cover);
}

void add_ball(const Vec3& centre, double radius, const PinholeCamera& camera, PictureCover& cover) {
  const Solid solid{turned(camera, centre - camera.position), {Vec3{radius, 0, 0}, {0, radius, 0}, {0, 0, radius}}};
  if (is_out_of_view(solid.centre, radius, camera)) return;
  Corners corners;
  add_ellipsoid(solid, corners);
  add_corners(corners, camera, cover);
}

}  // namespace awd::sim
