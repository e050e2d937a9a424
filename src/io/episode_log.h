// The run directory's logs: steps.jsonl and episodes.jsonl, one JSON object a line (docs/formats.md).
// Written by the episode runner, read by src/analysis.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "awd/gate.h"
#include "awd/policy.h"

namespace awd {

/// One control step of one episode, after the policy has acted.
struct StepLog {
  int episode = 0;  // index into episodes.jsonl
  int step = 0;
  std::string phase;  // reach, grasp, lift, move, place
  Decision decision;
  StepTiming timing;
};

/// One finished episode.
struct EpisodeLog {
  int episode = 0;
  std::string arm;
  std::string task;
  std::string scenario;
  std::uint64_t seed = 0;
  bool success = false;
  int steps = 0;         // control steps executed
  int full_queries = 0;  // steps that ran vision + prefill
  double policy_ms = 0;  // sum of StepTiming::total_ms
};

}  // namespace awd
