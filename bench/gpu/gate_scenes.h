// What the gate's benchmark on a GPU looks at, and its clock.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "backend/cuda/gate/memory.h"
#include "backend/gate_device.h"
#include "base/clock.h"
#include "gate/test_pictures.h"

namespace awd {

/// Distinct pictures, used in turn, so that no call finds just its own picture in a first-level cache.
inline constexpr int kScenes = 4;
inline constexpr int kWarmUp = 50;
inline constexpr std::size_t kBytes = std::size_t(3) * kTestSide * kTestSide;

struct Percentiles {
  double p50 = 0, p99 = 0, max = 0;
};

/// Of times in any order.
inline Percentiles percentiles(std::vector<double> times) {
  std::ranges::sort(times);
  return {times[times.size() / 2], times[times.size() * 99 / 100], times.back()};
}

/// Times every call of `work(i)` by itself, in microseconds.
template <class Work>
Percentiles time_calls(int calls, Work&& work) {
  for (int i = 0; i < kWarmUp; ++i) work(i);
  std::vector<double> times(std::size_t(calls), 0.0);
  for (int i = 0; i < calls; ++i) {
    const Stopwatch watch;
    work(i);
    times[std::size_t(i)] = watch.ms() * 1e3;
  }
  return percentiles(std::move(times));
}

/// Scenes on host and device; camera c shows picture c % 2 of its scene.
struct Scenes {
  std::vector<std::unique_ptr<TestScene>> host;
  cuda::DeviceArray<std::uint8_t> device = cuda::make_device_array<std::uint8_t>(2 * kBytes * kScenes);
  cuda::MappedArray<std::uint8_t> pinned = cuda::make_mapped_array<std::uint8_t>(2 * kBytes * kScenes);

  /// Scenes differ by their noise and, if `changes`, by more and more of the picture.
  explicit Scenes(bool changes) {
    for (std::uint32_t i = 0; i < kScenes; ++i) {
      host.push_back(std::make_unique<TestScene>(1, 11 + i, changes ? int(i) : 0));
      for (std::size_t c = 0; c < 2; ++c) std::ranges::copy(host[i]->pixels[c], pinned.get() + (2 * i + c) * kBytes);
    }
    AWD_CUDA(cudaMemcpy(device.get(), pinned.get(), 2 * kBytes * kScenes, cudaMemcpyDefault));
  }
  std::array<ImageView, 2> pinned_views(int scene) const {
    const std::uint8_t* const first = pinned.get() + std::size_t(scene % kScenes) * 2 * kBytes;
    return {ImageView{first, kTestSide, kTestSide}, ImageView{first + kBytes, kTestSide, kTestSide}};
  }
  std::vector<DevicePicture> pictures(int scene, int cameras, const std::uint8_t* memory) const {
    std::vector<DevicePicture> all;
    for (int c = 0; c < cameras; ++c) {
      const std::size_t i = std::size_t(scene % kScenes * 2 + c % 2);
      all.push_back(memory == nullptr ? host_picture(host[std::size_t(scene % kScenes)]->views[std::size_t(c % 2)])
                                      : device_picture(memory + i * kBytes, kTestSide, kTestSide));
    }
    return all;
  }
};

inline ImportanceMaps maps_of(int cameras) {
  ImportanceMaps maps;
  maps.n_cameras = cameras;
  for (int c = 0; c < cameras; ++c) maps.map[std::size_t(c)] = test_importance(21 + 100 * std::uint32_t(c));
  return maps;
}

/// A program's main function: `run` gives the exit code; 1, and a line on stderr, for an exception.
template <class Run>
int main_of(const char* program, Run&& run) {
  try {
    return run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program, error.what());
    return 1;
  }
}

}  // namespace awd
