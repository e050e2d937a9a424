// Test support: steps as sessions hand them to observers.
#pragma once

#include <vector>

#include "server/session/policy_session.h"

namespace awd::server {

/// A step with its memory: two cameras of 2 x 2 pixels.
struct TestStep {
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(12, 7);
  std::vector<ImageView> cameras{{pixels.data(), 2, 2}, {pixels.data(), 2, 2}};
  std::vector<float> action{1, 2, 3};
  Observation observation{.cameras = cameras, .state = {}, .joints = {}, .prompt = "go"};
  ActResult result;
  ImportanceMaps importance{.n_cameras = 2};

  explicit TestStep(Verdict verdict) {
    result.action = action;
    result.decision = {.verdict = verdict,
                       .reason = verdict == Verdict::kReuse ? Reason::kReuse : Reason::kFirstStep,
                       .age = verdict == Verdict::kReuse ? 1 : 0};
    result.decision.scores.weighted_drift = 0.5;
    result.timing.total_ms = 2;
  }
  ServedStep view(std::uint64_t session, bool begins) const {
    return {.session = session,
            .is_new_episode = begins,
            .seed = 5,
            .step = 3,
            .observation = observation,
            .result = result,
            .importance = &importance,
            .infer_ms = 3};
  }
};

inline const TestStep kQuery(Verdict::kRecompute), kReused(Verdict::kReuse);

}  // namespace awd::server
