// Vector and quaternion arithmetic on 3 and 4 doubles.
#include "sim/pose.h"

#include <algorithm>
#include <cmath>

namespace awd::sim {

Vec3 operator+(const Vec3& a, const Vec3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vec3 operator-(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Vec3 operator*(double scale, const Vec3& a) { return {scale * a[0], scale * a[1], scale * a[2]}; }
double norm(const Vec3& a) { return std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]); }

Vec3 limited(const Vec3& a, double limit) {
  const double length = norm(a);
  return length > limit ? (limit / length) * a : a;
}

Quat operator*(const Quat& a, const Quat& b) {
  return {a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3], a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
          a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1], a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0]};
}

Quat inverse(const Quat& q) { return {q[0], -q[1], -q[2], -q[3]}; }

Quat normalized(const Quat& q) {
  const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  return {q[0] / length, q[1] / length, q[2] / length, q[3] / length};
}

Vec3 rotated(const Quat& q, const Vec3& a) {
  const Quat turned = q * Quat{0, a[0], a[1], a[2]} * inverse(q);
  return {turned[1], turned[2], turned[3]};
}

Quat from_rotation_vector(const Vec3& axis_times_angle) {
  const double angle = norm(axis_times_angle);
  if (angle < 1e-12) return {1, 0, 0, 0};
  const Vec3 xyz = (std::sin(angle / 2) / angle) * axis_times_angle;
  return {std::cos(angle / 2), xyz[0], xyz[1], xyz[2]};
}

Vec3 to_rotation_vector(const Quat& q) {
  const double sign = q[0] < 0 ? -1 : 1;  // q and -q are one rotation; w >= 0 is the short way round
  const Vec3 xyz{sign * q[1], sign * q[2], sign * q[3]};
  const double sine = norm(xyz);
  if (sine < 1e-12) return {0, 0, 0};
  return (2 * std::atan2(sine, sign * q[0]) / sine) * xyz;
}

double yaw_of(const Quat& q) {
  return std::atan2(2 * (q[1] * q[2] + q[0] * q[3]), 1 - 2 * (q[2] * q[2] + q[3] * q[3]));
}

Quat from_yaw(double yaw_rad) { return {std::cos(yaw_rad / 2), 0, 0, std::sin(yaw_rad / 2)}; }

Vec3 rotation_from_down(const Quat& tcp) { return to_rotation_vector(tcp * inverse(kHandDown)); }

}  // namespace awd::sim
