// Ranges by observers of the MLPs of a whole query.
#include "engine/fp8_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"
#include "base/rng.h"
#include "engine/loaded_engine.h"

namespace awd {
namespace {

/// Raises the ranges of a tower to the largest magnitudes so far.
class RangeObserver : public MlpObserver {
 public:
  explicit RangeObserver(std::vector<MlpRange>& layers) : layers_(layers) {}

  void see(int layer, const Tensor& normed, const Tensor& hidden, Ops& ops) override {
    MlpRange& range = layers_[std::size_t(layer)];
    range.normed = std::max(range.normed, largest(normed, ops));
    range.hidden = std::max(range.hidden, largest(hidden, ops));
  }

 private:
  float largest(const Tensor& tensor, Ops& ops) {
    values_.resize(std::size_t(tensor.rows) * std::size_t(tensor.cols));
    ops.download(tensor, values_);
    float most = 0;
    for (const float value : values_) {
      if (!std::isfinite(value)) throw Error("fp8 calibration", "expected finite activations, got NaN or infinity");
      most = std::max(most, std::abs(value));
    }
    return most;
  }

  std::vector<MlpRange>& layers_;
  std::vector<float> values_;
};

std::vector<float> flow_noise(const ModelConfig& config) {
  std::vector<float> noise(std::size_t(config.horizon) * std::size_t(config.model_action_dim));
  Rng rng(kCalibrationSeed);
  std::ranges::generate(noise, [&rng] { return float(rng.normal()); });
  return noise;
}

std::shared_ptr<const LoadedEngine> loaded(std::shared_ptr<const Engine> engine) {
  const EngineDtype dtype = engine->info().dtype;
  if (dtype != EngineDtype::kF32 && dtype != EngineDtype::kBf16) {
    throw Error("fp8 calibration", fmt::format("expected an engine of f32 or bf16, got {}", word_of(dtype)));
  }
  auto result = std::dynamic_pointer_cast<const LoadedEngine>(std::move(engine));
  AWD_CHECK(result != nullptr, "calibration needs an engine made by Engine::load");
  return result;
}

}  // namespace

struct Fp8Calibration::Impl {
  explicit Impl(const std::shared_ptr<const LoadedEngine>& engine)
      : noise(flow_noise(engine->model.config)),
        session(make_observed_session(engine, {.prefix = &prefix, .expert = &expert})) {
    const auto depth = std::size_t(engine->model.config.llm.depth);
    ranges.prefix.resize(depth - 1);
    ranges.expert.resize(depth);
  }

  Fp8Ranges ranges;
  RangeObserver prefix{ranges.prefix}, expert{ranges.expert};
  std::vector<float> noise;
  std::unique_ptr<Session> session;
  PrefixCache cache;
  ActionChunk chunk;
};

Fp8Calibration::Fp8Calibration(std::shared_ptr<const Engine> engine)
    : impl_(std::make_unique<Impl>(loaded(std::move(engine)))) {}
Fp8Calibration::~Fp8Calibration() = default;

void Fp8Calibration::add(const Observation& observation) {
  impl_->session->encode(observation, impl_->cache);
  impl_->session->denoise(impl_->cache, observation.state, impl_->noise, impl_->chunk, nullptr);
  ++impl_->ranges.samples;
}

const Fp8Ranges& Fp8Calibration::ranges() const { return impl_->ranges; }

}  // namespace awd
