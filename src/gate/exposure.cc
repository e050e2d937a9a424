// Trimmed least squares of one straight line per channel.
#include "gate/exposure.h"

#include <algorithm>
#include <cmath>

namespace awd {
namespace {

constexpr int kRounds = 3;
constexpr int kLeastCells = 16;       // below, nothing is compensated
constexpr double kTrim = 2.5;         // a cell is dropped beyond this multiple of the mean absolute residual ..
constexpr double kAlwaysKept = 1;     // .. unless it is within one grey level
constexpr double kLeastVariance = 4;  // grey levels^2 between cells, below which a gain cannot be told from an offset
constexpr double kLeastGain = 0.5, kLargestGain = 2;

struct Line {
  double gain = 1, offset = 0;
};

using Weights = std::array<float, kPatchCells>;  // 1: the cell counts, 0: it does not

Line fit_line(const float* x, const float* y, const Weights& weight) {
  double n = 0, sx = 0, sy = 0;
  for (int i = 0; i < kPatchCells; ++i) {
    n += weight[i];
    sx += weight[i] * x[i];
    sy += weight[i] * y[i];
  }
  if (n < kLeastCells) return {};
  const double mean_x = sx / n, mean_y = sy / n;
  double xx = 0, xy = 0;
  for (int i = 0; i < kPatchCells; ++i) {
    const double dx = x[i] - mean_x;
    xx += weight[i] * dx * dx;
    xy += weight[i] * dx * (y[i] - mean_y);
  }
  const double gain = xx < kLeastVariance * n ? 1 : std::clamp(xy / xx, kLeastGain, kLargestGain);
  return {gain, mean_y - gain * mean_x};
}

/// Drops the cells that are far off the line.
void trim(const float* x, const float* y, const Line& line, const Weights& all, Weights& weight) {
  std::array<float, kPatchCells> residual;
  double sum = 0, n = 0;
  for (int i = 0; i < kPatchCells; ++i) {
    residual[i] = std::abs(y[i] - float(line.gain) * x[i] - float(line.offset));
    sum += weight[i] * residual[i];
    n += weight[i];
  }
  const double limit = std::max(kTrim * sum / std::max(n, 1.0), kAlwaysKept);
  for (int i = 0; i < kPatchCells; ++i) weight[i] = residual[i] <= limit ? all[i] : 0.0f;
}

}  // namespace

Exposure fit_exposure(const PatchColours& before, const PatchColours& now, const PatchFlags& skip) {
  Weights all;
  std::ranges::transform(skip, all.begin(), [](std::uint8_t flag) { return flag != 0 ? 0.0f : 1.0f; });
  Exposure exposure;
  for (int channel = 0; channel < 3; ++channel) {
    const float* const x = before.data() + channel * kPatchCells;
    const float* const y = now.data() + channel * kPatchCells;
    Weights weight = all;
    Line line;
    for (int round = 0; round < kRounds; ++round) {
      if (round > 0) trim(x, y, line, all, weight);
      line = fit_line(x, y, weight);
    }
    exposure.gain[channel] = float(line.gain);
    exposure.offset[channel] = float(line.offset);
  }
  return exposure;
}

void exposure_residual(const PatchColours& before, const PatchColours& now, const Exposure& exposure,
                       std::array<float, kPatchCells>& residual) {
  residual.fill(0);
  for (int channel = 0; channel < 3; ++channel) {
    const float gain = exposure.gain[channel], offset = exposure.offset[channel];
    const float* const x = before.data() + channel * kPatchCells;
    const float* const y = now.data() + channel * kPatchCells;
    for (int i = 0; i < kPatchCells; ++i) residual[i] += std::abs(y[i] - gain * x[i] - offset) * (1.0f / 3.0f);
  }
}

}  // namespace awd
