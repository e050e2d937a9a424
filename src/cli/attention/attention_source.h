// Where attention maps of an observation come from: a full query of a policy.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "analysis/attention/attention_maps.h"
#include "awd/engine.h"

namespace awd::cli {

/// One per thread.
class AttentionSource {
 public:
  virtual ~AttentionSource() = default;
  /// The maps of one full query whose flow starts from noise of `seed`. Throws awd::Error on an observation that does
  /// not fit the policy.
  virtual AttentionMaps query(const Observation& observation, std::uint64_t seed) = 0;
  /// Everything one such query attends to, heads apart.
  virtual AttentionCapture capture(const Observation& observation, std::uint64_t seed) = 0;
};

/// Attention as captured and selected, or, where the engine's importance is another, its maps per camera.
class PolicyAttention final : public AttentionSource {
 public:
  PolicyAttention(std::shared_ptr<const Engine> engine, ImportanceSource importance,
                  const AttentionSelection& selection);
  AttentionMaps query(const Observation& observation, std::uint64_t seed) override;
  AttentionCapture capture(const Observation& observation, std::uint64_t seed) override;

 private:
  void encode(const Observation& observation, std::uint64_t seed);

  std::shared_ptr<const Engine> engine_;
  ImportanceSource importance_;
  AttentionSelection selection_;
  std::unique_ptr<Session> session_;
  PrefixCache cache_;
  std::vector<float> noise_;  // [horizon, model_action_dim]
  ActionChunk chunk_;
  AttentionCapture capture_;
};

}  // namespace awd::cli
