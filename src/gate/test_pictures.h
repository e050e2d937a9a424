// Test and benchmark support: the synthetic pictures and importance maps of tests/golden/gate_case.py, byte for byte.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "awd/types.h"

namespace awd {

inline constexpr int kTestSide = 224;  // pixels of a picture
inline constexpr int kTestBlock = 16;  // pixels of one coloured block
inline constexpr int kTestBlocks = kTestSide / kTestBlock;

/// Top bytes of x <- 1664525 x + 1013904223 (mod 2^32).
class LcgBytes {
 public:
  explicit LcgBytes(std::uint32_t seed) : x_(seed) {}
  int next() {
    x_ = 1664525u * x_ + 1013904223u;
    return int(x_ >> 24);
  }

 private:
  std::uint32_t x_;
};

/// Random 16-pixel colour blocks plus noise of -16..15; the lowest `intruder_rows` block rows have other colours.
inline std::vector<std::uint8_t> test_picture(std::uint32_t colour_seed, std::uint32_t noise_seed,
                                              int intruder_rows = 0) {
  std::array<int, kTestBlocks * kTestBlocks * 3> colours;
  LcgBytes own(colour_seed), other(colour_seed + 1000);
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const int own_colour = own.next(), other_colour = other.next();
    colours[i] = int(i) / (kTestBlocks * 3) >= kTestBlocks - intruder_rows ? other_colour : own_colour;
  }
  LcgBytes noise(noise_seed);
  std::vector<std::uint8_t> pixels;
  pixels.reserve(kTestSide * kTestSide * 3);
  for (int y = 0; y < kTestSide; ++y) {
    for (int x = 0; x < kTestSide; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        const int colour = colours[(y / kTestBlock * kTestBlocks + x / kTestBlock) * 3 + channel];
        pixels.push_back(std::uint8_t(std::clamp(colour + (noise.next() & 31) - 16, 0, 255)));
      }
    }
  }
  return pixels;
}

/// One camera's importance: sums to 1, a few strong patches.
inline std::array<float, kPatchGrid * kPatchGrid> test_importance(std::uint32_t seed) {
  std::array<double, kPatchGrid * kPatchGrid> weight;
  LcgBytes bytes(seed);
  double sum = 0;
  for (double& w : weight) sum += w = std::pow(bytes.next() / 255.0, 6) + 1e-3;
  std::array<float, kPatchGrid * kPatchGrid> map;
  std::ranges::transform(weight, map.begin(), [sum](double w) { return float(w / sum); });
  return map;
}

/// Two cameras at one step. Camera c uses every seed + 100 c.
struct TestScene {
  std::array<std::vector<std::uint8_t>, 2> pixels;
  std::array<ImageView, 2> views;

  TestScene(std::uint32_t colour_seed, std::uint32_t noise_seed, int intruder_rows = 0) {
    for (std::uint32_t c = 0; c < 2; ++c) {
      pixels[c] = test_picture(colour_seed + 100 * c, noise_seed + 100 * c, intruder_rows);
      views[c] = {pixels[c].data(), kTestSide, kTestSide};
    }
  }
  TestScene(const TestScene&) = delete;
  TestScene& operator=(const TestScene&) = delete;
};

inline ImportanceMaps test_importance_maps(std::uint32_t seed) {
  ImportanceMaps maps;
  maps.n_cameras = 2;
  for (std::uint32_t c = 0; c < 2; ++c) maps.map[c] = test_importance(seed + 100 * c);
  return maps;
}

}  // namespace awd
