// Cells are compared after the exposure is taken out, and counted in multiples of their own noise: what keeps moving
// excuses itself and the cells beside it, something new in a quiet place stands out.
#include "gate/masked_residual.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "gate/exposure.h"
#include "gate/importance_weight.h"

namespace awd {
namespace {

using Cells = std::array<float, kPatchCells>;

constexpr int kLeastCells = 32;    // an eighth of the picture
constexpr int kNeighbourhood = 3;  // cells: what moves comes from a neighbour

double ranked(const Cells& values, int rank) {
  std::array<float, kMaxResidualRank> largest{};  // descending
  for (const float value : values) {
    if (value <= largest[rank - 1]) continue;
    const auto place = std::upper_bound(largest.begin(), largest.begin() + rank, value, std::greater<>());
    std::shift_right(place, largest.begin() + rank, 1);
    *place = value;
  }
  return largest[rank - 1];
}

/// Lets the largest changes fade and sorts the newest ones in.
void remember_changes(const Cells& newest, float fading, std::array<Cells, kNoiseRank>& largest) {
  Cells sinking = newest;
  for (Cells& held : largest) {
    for (int cell = 0; cell < kPatchCells; ++cell) {
      const float faded = fading * held[cell];
      held[cell] = std::max(faded, sinking[cell]);
      sinking[cell] = std::min(faded, sinking[cell]);
    }
  }
}

}  // namespace

void watch_scene(const ResidualOptions& options, int age, GateState::Camera& camera) {
  if (age <= 1) {
    camera.swept.fill(0);
    camera.moved.fill(0);
  }
  for (int cell = 0; cell < kPatchCells; ++cell) camera.swept[cell] |= camera.robot[cell];
  camera.noise = camera.changes.back();
  if (camera.steps > 0) {
    PatchFlags hidden;
    for (int cell = 0; cell < kPatchCells; ++cell) hidden[cell] = camera.robot[cell] | camera.last_robot[cell];
    Cells& change = camera.change;
    exposure_residual(camera.last, camera.now, fit_exposure(camera.last, camera.now, hidden), change);
    for (int cell = 0; cell < kPatchCells; ++cell) change[cell] = hidden[cell] != 0 ? 0.0f : change[cell];
    for (int cell = 0; cell < kPatchCells; ++cell)
      camera.moved[cell] += change[cell] > options.noise_floor ? 1.0f : 0.0f;
    Cells nearby;
    dilate(change, kPatchGrid, kPatchGrid, kNeighbourhood, nearby);
    remember_changes(nearby, float(std::exp(-1 / options.noise_window)), camera.changes);
  }
  camera.last = camera.now;
  camera.last_robot = camera.robot;
  ++camera.steps;
}

double masked_residual(const GateState::Camera& camera, const Anchor::Camera& anchor, const ResidualOptions& options) {
  if (!camera.robot_known || !anchor.robot_known || camera.steps <= options.noise_learning) return Scores::kNone;
  PatchFlags touched;
  for (int cell = 0; cell < kPatchCells; ++cell) touched[cell] = camera.swept[cell] | anchor.robot[cell];
  if (kPatchCells - std::ranges::count(touched, 1) < kLeastCells) return Scores::kNone;

  Cells residual;
  exposure_residual(anchor.patches, camera.now, fit_exposure(anchor.patches, camera.now, touched), residual);
  const auto floor = float(options.noise_floor), gain = float(options.noise_gain);
  const auto unexcused = float(1 - options.attended_noise);
  for (int cell = 0; cell < kPatchCells; ++cell) {
    // What the robot has passed over it may have changed: there, only what happens from step to step counts.
    const float change = touched[cell] != 0 ? camera.change[cell] : residual[cell];
    residual[cell] = change / (floor + gain * camera.noise[cell] * (1 - unexcused * anchor.attended[cell]));
  }
  return ranked(residual, options.residual_rank);
}

}  // namespace awd
