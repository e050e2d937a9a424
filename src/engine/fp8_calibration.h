// Fp8Calibration: runs observations through a policy and notes how large the numbers get that fp8 quantises.
#pragma once

#include <cstdint>
#include <memory>

#include "awd/engine.h"
#include "engine/fp8_ranges.h"

namespace awd {

/// Seed of the noise that every flow starts from: normal draws of Rng, [horizon, model_action_dim].
inline constexpr std::uint64_t kCalibrationSeed = 0;

/// Deterministic: the same observations give the same ranges, in whichever order. Not thread-safe.
class Fp8Calibration {
 public:
  /// `engine` as Engine::load() makes it. Throws awd::Error for one that is itself quantised.
  explicit Fp8Calibration(std::shared_ptr<const Engine> engine);
  ~Fp8Calibration();
  Fp8Calibration(const Fp8Calibration&) = delete;
  Fp8Calibration& operator=(const Fp8Calibration&) = delete;

  /// One query: prefix and flow of `observation`. Throws as Session::encode() and Session::denoise() do.
  void add(const Observation& observation);

  /// Of all observations so far.
  const Fp8Ranges& ranges() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd
