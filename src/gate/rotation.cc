// Quaternion arithmetic: q and -q are the same rotation, so angles are taken the shorter way round.
#include "gate/rotation.h"

#include <cmath>

namespace awd {
namespace {

constexpr double kTinyAngle = 1e-9;  // rad, below which sin(x) / x is 1 in double precision

double vector_length(const Rotation& q) { return std::sqrt(q.x * q.x + q.y * q.y + q.z * q.z); }

}  // namespace

Rotation rotation_from_vector(double x, double y, double z) {
  const double angle = std::sqrt(x * x + y * y + z * z);
  const double scale = angle < kTinyAngle ? 0.5 : std::sin(0.5 * angle) / angle;
  return {std::cos(0.5 * angle), scale * x, scale * y, scale * z};
}

Rotation operator*(const Rotation& a, const Rotation& b) {
  return {a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z, a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
          a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x, a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w};
}

Rotation inverse(const Rotation& rotation) { return {rotation.w, -rotation.x, -rotation.y, -rotation.z}; }

Rotation part_of(const Rotation& rotation, double share) {
  const double length = vector_length(rotation);
  if (length < kTinyAngle) return {};
  const double sign = rotation.w < 0 ? -1 : 1;
  const double angle = 2 * std::atan2(length, std::abs(rotation.w));
  const double scale = sign * share * angle / length;
  return rotation_from_vector(scale * rotation.x, scale * rotation.y, scale * rotation.z);
}

double angle_between(const Rotation& a, const Rotation& b) {
  const Rotation turn = b * inverse(a);
  return 2 * std::atan2(vector_length(turn), std::abs(turn.w));
}

}  // namespace awd
