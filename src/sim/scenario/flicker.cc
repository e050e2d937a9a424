// Exposure as one table of 256 levels per channel, drawn anew every few steps, then noise from a table of quantiles.
#include "sim/scenario/flicker.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/rng.h"

namespace awd::sim {
namespace {

using Levels = std::array<std::array<std::uint8_t, 256>, 3>;  // [channel][level in] = level out

constexpr int kLargestNoise = 127;  // levels, what the table's type holds

/// The value below which a standard normal variable lies with this probability.
double normal_quantile(double probability) {
  double low = -8, high = 8;
  for (int i = 0; i < 50; ++i) {
    const double middle = 0.5 * (low + high);
    (0.5 * std::erfc(-middle / std::numbers::sqrt2) < probability ? low : high) = middle;
  }
  return low;
}

std::uint8_t to_level(double value) { return std::uint8_t(std::clamp(std::lround(value), 0L, 255L)); }

Levels draw_exposure(const Flicker::Options& options, Rng rng) {
  const double gain = 1 + rng.uniform(-options.gain, options.gain);
  const double offset = rng.uniform(-options.offset, options.offset);
  Levels levels;
  for (auto& channel : levels) {
    const double scale = gain * (1 + rng.uniform(-options.colour, options.colour));
    for (int level = 0; level < 256; ++level) channel[level] = to_level(scale * level + offset);
  }
  return levels;
}

}  // namespace

Flicker::Flicker(const Options& options, std::uint64_t seed) : options_(options), seed_(seed) {
  for (int i = 0; i < 256; ++i) {
    const long value = std::lround(options.noise * normal_quantile((i + 0.5) / 256));
    noise_[i] = std::int8_t(std::clamp<long>(value, -kLargestNoise, kLargestNoise));
  }
}

void Flicker::edit_pictures(std::span<MutablePicture> pictures, int step) {
  for (std::size_t camera = 0; camera < pictures.size(); ++camera) {
    const MutablePicture& picture = pictures[camera];
    const std::uint64_t stream = mix_seed(seed_, camera);
    const Levels levels = draw_exposure(options_, Rng(mix_seed(stream, 2 * std::uint64_t(step / options_.hold))));
    Rng noise(mix_seed(stream, 2 * std::uint64_t(step) + 1));
    std::uint64_t bits = 0;  // 8 draws of 8 bits
    const int count = picture.height * picture.width * 3;
    for (int i = 0; i < count; ++i, bits >>= 8) {
      if (i % 8 == 0) bits = noise.bits();
      const int value = levels[i % 3][picture.rgb[i]] + noise_[bits & 255];
      picture.rgb[i] = std::uint8_t(std::clamp(value, 0, 255));
    }
  }
}

}  // namespace awd::sim
