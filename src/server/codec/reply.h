// What the server says: metadata at once, then one reply per request. The names are openpi's, and awd/decision.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "awd/gate_scores.h"
#include "awd/policy.h"

namespace awd::server {

inline constexpr const char* kDecisionKey = "awd/decision";

/// One answer. A chunk of fewer rows than `horizon` is filled up with its last row, so that all replies have one shape.
struct Reply {
  std::span<const float> plan{};  // [n, action_dim] actions from this step on, n of at least 1
  int action_dim = 0;
  int horizon = 0;  // rows of the reply
  Decision decision{};
  std::string_view mode{};                // reuse mode
  int cameras = 0;                        // scores per camera
  double policy_ms = 0;                   // the policy's own time
  double infer_ms = 0;                    // from the request's bytes to the reply's
  std::optional<double> prev_total_ms{};  // of the request before: from waiting for it to having answered it
};

std::string encode_reply(const Reply& reply);

/// What a client learns before its first request.
struct Metadata {
  PolicyInfo policy{};
  std::string arm{};                    // gate and mode
  int replan_steps = 0;                 // 0: not known
  std::span<const float> reset_pose{};  // empty: left out
};

std::string encode_metadata(const Metadata& metadata);

}  // namespace awd::server
