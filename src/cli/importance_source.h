// Where the importance maps of a recorded frame come from: a full query of a policy, or every patch alike.
#pragma once

#include <memory>
#include <vector>

#include "awd/engine.h"
#include "awd/types.h"

namespace awd::cli {

/// One per thread.
class MapSource {
 public:
  virtual ~MapSource() = default;
  /// The maps of the frame `observation`; valid until the next call. Throws awd::Error on an observation that does not
  /// fit the policy.
  virtual const ImportanceMaps& query(const Observation& observation) = 0;
};

/// Every patch of every camera counts the same, whatever the frame shows.
class UniformImportance final : public MapSource {
 public:
  const ImportanceMaps& query(const Observation& observation) override;

 private:
  ImportanceMaps maps_{};
};

/// The maps of a full query (EngineOptions::importance), with the flow starting from zeros, as the reuse modes do by
/// default.
class PolicyImportance final : public MapSource {
 public:
  explicit PolicyImportance(std::shared_ptr<const Engine> engine);
  const ImportanceMaps& query(const Observation& observation) override;

 private:
  std::unique_ptr<Session> session_;
  PrefixCache cache_;
  std::vector<float> noise_;  // [horizon, model_action_dim]
  ActionChunk chunk_;
  ImportanceMaps maps_{};
};

}  // namespace awd::cli
