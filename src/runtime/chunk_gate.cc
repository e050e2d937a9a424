// Steps pass when the next one is decided: only then is it known how many of them there were.
#include "runtime/chunk_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "awd/error.h"
#include "runtime/device_signals.h"
#include "runtime/observation_check.h"

namespace awd {
namespace {

constexpr std::string_view kWhere = "gate";

ImportanceMaps uniform_maps(int cameras) {
  ImportanceMaps maps{.n_cameras = cameras};
  for (auto& map : maps.map) map.fill(1.0f / kPatchCells);
  return maps;
}

/// Before the first query, so that a mistake does not cost one.
void check_pictures(const Observation& observation, const GateOptions& options) {
  const auto is_present = [](const ImageView& view) { return !view.empty(); };
  if (observation.cameras.size() > kMaxCameras || std::ranges::none_of(observation.cameras, is_present)) {
    throw Error(std::string(kWhere), fmt::format("expected 1 to {} cameras with at least one picture, got {}",
                                                 kMaxCameras, observation.cameras.size()));
  }
  for (const ImageView& view : observation.cameras) {
    if (!view.empty()) check_gate_options(options, view.height, view.width);
  }
}

/// What a device has to know of the pictures: how many, and their longest side.
EngineInfo picture_info(const Observation& observation) {
  EngineInfo info;
  info.cameras.resize(observation.cameras.size());
  info.image_size = 0;
  for (const ImageView& view : observation.cameras) {
    info.image_size = std::max({info.image_size, view.height, view.width});
  }
  return info;
}

}  // namespace

ChunkGate::ChunkGate(const GateOptions& gate, int execute, GateDevice device)
    : options_(gate), execute_(execute), device_(device) {
  if (execute < 0) throw Error("option execute", fmt::format("expected 0 or more steps, got {}", execute));
}

void ChunkGate::reset(std::uint64_t seed) {
  seed_ = seed;
  is_first_ = true;
  is_due_ = false;
  chunk_.clear();
  if (rules_) rules_->reset(seed);
}

/// What waits for the first observation.
void ChunkGate::start(const Observation& observation) {
  if (rules_) return;
  auto device = device_ == GateDevice::kCuda ? make_device_gate(picture_info(observation), options_) : nullptr;
  rules_.emplace(options_, std::move(device));
  rules_->reset(seed_);
}

std::span<const float> ChunkGate::planned() const {
  const std::size_t first = std::size_t(rules_->age()) * std::size_t(action_dim_);
  return std::span(chunk_).subspan(std::min(first, chunk_.size()));
}

/// The steps since the last decision are over.
void ChunkGate::pass(const ChunkStep& step) {
  if (step.steps < 1) {
    throw Error(std::string(kWhere),
                fmt::format("expected a later step than the last, got {} steps later", step.steps));
  }
  const std::size_t dim = std::size_t(action_dim_);
  if (!step.executed.empty() && step.executed.size() != std::size_t(step.steps) * dim) {
    throw Error(std::string(kWhere), fmt::format("executed: expected {} x {} values, got {}", step.steps, action_dim_,
                                                 step.executed.size()));
  }
  for (int k = 0; k < step.steps; ++k) {
    const std::span<const float> rows = step.executed.empty() ? planned() : step.executed.subspan(std::size_t(k) * dim);
    rules_->took(rows.first(std::min(dim, rows.size())));
  }
}

Decision ChunkGate::decide(const ChunkStep& step) {
  check_finite(step.observation.state, "state");
  check_finite(step.observation.joints, "joints");
  check_finite(step.executed, "executed");
  check_pictures(step.observation, options_);
  start(step.observation);
  if (device_ == GateDevice::kCuda) check_places(step.observation, options_, ReuseMode::kAligned);
  if (is_due_) rules_->set_held(false);
  if (!is_first_) pass(step);

  is_first_ = false;
  is_due_ = true;  // also after a throw: what is held then counts no more
  const Decision decision = rules_->decide(step.observation, planned());
  is_due_ = decision.verdict == Verdict::kRecompute;
  return decision;
}

void ChunkGate::hold(const Observation& observation, std::span<const float> chunk, int action_dim,
                     const ImportanceMaps* importance) {
  if (is_first_) throw Error(std::string(kWhere), "expected decide() before hold(), got hold() first");
  rules_->set_held(false);
  check_finite(chunk, "chunk");
  if (importance != nullptr && importance->n_cameras != int(observation.cameras.size())) {
    throw Error(std::string(kWhere), fmt::format("importance: expected a map for each of {} cameras, got {}",
                                                 observation.cameras.size(), importance->n_cameras));
  }
  chunk_.assign(chunk.begin(), chunk.end());
  action_dim_ = chunk.empty() ? 0 : action_dim;
  const int rows = chunk.empty() ? std::numeric_limits<int>::max() : int(chunk.size()) / action_dim;
  rules_->set_max_age(execute_ > 0 ? std::min(execute_, rows) : rows);
  rules_->hold(observation, chunk_, action_dim_,
               importance != nullptr ? *importance : uniform_maps(int(observation.cameras.size())));
  is_due_ = false;
}

}  // namespace awd
