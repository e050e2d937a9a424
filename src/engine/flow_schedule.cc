// The sampler's times and their sine and cosine features.
#include "engine/flow_schedule.h"

#include <cmath>
#include <numbers>

namespace awd {

std::vector<float> flow_times(int steps) {
  const float step = -1.f / float(steps);
  std::vector<float> times;
  float time = 1.f;
  for (int i = 0; i < steps; ++i) {
    times.push_back(time);
    time += step;
  }
  return times;
}

std::vector<float> time_embedding(float time, int width) {
  constexpr double kMinPeriod = 4e-3, kMaxPeriod = 4.0;  // of t, as the checkpoints were trained
  const int half = width / 2;
  std::vector<float> embedding(2 * std::size_t(half));
  for (int i = 0; i < half; ++i) {
    const double fraction = half > 1 ? double(i) / (half - 1) : 0.0;
    const double period = kMinPeriod * std::pow(kMaxPeriod / kMinPeriod, fraction);
    const double angle = 2.0 * std::numbers::pi * double(time) / period;
    embedding[i] = static_cast<float>(std::sin(angle));
    embedding[half + i] = static_cast<float>(std::cos(angle));
  }
  return embedding;
}

}  // namespace awd
