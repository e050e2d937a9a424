// Rotations as unit quaternions, made from the rotation vectors (axis times angle, rad) of states and actions.
#pragma once

#include <span>

namespace awd {

struct Rotation {
  double w = 1, x = 0, y = 0, z = 0;
};

/// Of a rotation vector of any length: vectors that differ by a full turn give the same rotation.
Rotation rotation_from_vector(double x, double y, double z);
inline Rotation rotation_from_vector(std::span<const float, 3> v) { return rotation_from_vector(v[0], v[1], v[2]); }

/// `b` first, then `a`.
Rotation operator*(const Rotation& a, const Rotation& b);
Rotation inverse(const Rotation& rotation);

/// The same axis, `share` of the (shorter) angle.
Rotation part_of(const Rotation& rotation, double share);

/// Angle of the rotation that leads from `a` to `b`, rad in [0, pi].
double angle_between(const Rotation& a, const Rotation& b);

}  // namespace awd
