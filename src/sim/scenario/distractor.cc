// A figure of eight behind the table, on one side of the robot; side and phase from the seed.
#include "sim/scenario/distractor.h"

#include <cmath>
#include <numbers>

#include "base/rng.h"

namespace awd::sim {
namespace {

// Behind the table and beside the robot, near the upper edge of the base picture.
constexpr double kX = -0.35, kSideY = 0.36, kZ = 0.06;  // m

}  // namespace

Distractor::Distractor(const Options& options, std::uint64_t seed) : options_(options) {
  Rng rng(seed);
  middle_y_ = rng.uniform() < 0.5 ? -kSideY : kSideY;
  phase_ = rng.uniform(0, 2 * std::numbers::pi);
}

void Distractor::before_step(World& world, int step) {
  const double angle = phase_ + 2 * std::numbers::pi * step / options_.period;
  const double sideways = options_.swing * std::sin(angle);
  const double up = 0.5 * options_.swing * std::sin(2 * angle);
  world.set_prop(Prop::kDistractor, {.position = {kX, middle_y_ + sideways, kZ + up}});
}

}  // namespace awd::sim
