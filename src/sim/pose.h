// Rigid poses as plain values: positions in metres, unit quaternions in (w, x, y, z) order, world = table frame.
#pragma once

#include <array>

namespace awd::sim {

using Vec3 = std::array<double, 3>;
using Quat = std::array<double, 4>;  // w x y z

struct Pose {
  Vec3 position{};
  Quat rotation{1, 0, 0, 0};
};

/// Rotation of the TCP when the hand points straight down at home yaw.
inline constexpr Quat kHandDown{0, 1, 0, 0};

Vec3 operator+(const Vec3& a, const Vec3& b);
Vec3 operator-(const Vec3& a, const Vec3& b);
Vec3 operator*(double scale, const Vec3& a);
double norm(const Vec3& a);
/// `a` itself, or shortened to length `limit`.
Vec3 limited(const Vec3& a, double limit);

/// Rotation `b` first, then `a`.
Quat operator*(const Quat& a, const Quat& b);
Quat inverse(const Quat& q);
Quat normalized(const Quat& q);
Vec3 rotated(const Quat& q, const Vec3& a);
Quat from_rotation_vector(const Vec3& axis_times_angle);
/// The shortest rotation vector of `q`, length in [0, pi] rad.
Vec3 to_rotation_vector(const Quat& q);

/// Heading of the rotated x axis in the horizontal plane, rad in [-pi, pi].
double yaw_of(const Quat& q);
Quat from_yaw(double yaw_rad);

/// Rotation of the hand relative to kHandDown as a world-frame rotation vector: zero at home, no wrap within pi.
Vec3 rotation_from_down(const Quat& tcp);

}  // namespace awd::sim
