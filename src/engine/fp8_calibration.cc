// Ranges by an observer of the prefix' MLPs.
#include "engine/fp8_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"
#include "engine/loaded_engine.h"

namespace awd {
namespace {

/// The largest magnitudes so far.
class RangeObserver : public MlpObserver {
 public:
  explicit RangeObserver(int layers) { ranges.layers.resize(std::size_t(layers)); }

  void see(int layer, const Tensor& normed, const Tensor& hidden, Ops& ops) override {
    MlpRange& range = ranges.layers[std::size_t(layer)];
    range.normed = std::max(range.normed, largest(normed, ops));
    range.hidden = std::max(range.hidden, largest(hidden, ops));
  }

  Fp8Ranges ranges;

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

  std::vector<float> values_;
};

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
      : observer(engine->model.config.llm.depth - 1), session(make_observed_session(engine, observer)) {}
  RangeObserver observer;
  std::unique_ptr<Session> session;
  PrefixCache cache;
};

Fp8Calibration::Fp8Calibration(std::shared_ptr<const Engine> engine)
    : impl_(std::make_unique<Impl>(loaded(std::move(engine)))) {}
Fp8Calibration::~Fp8Calibration() = default;

void Fp8Calibration::add(const Observation& observation) {
  impl_->session->encode(observation, impl_->cache);
  ++impl_->observer.ranges.samples;
}

const Fp8Ranges& Fp8Calibration::ranges() const { return impl_->observer.ranges; }

}  // namespace awd
