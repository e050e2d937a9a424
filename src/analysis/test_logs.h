// Test support: made-up episodes, one letter per step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/episode_tally.h"
#include "io/episode_log.h"

namespace awd::testing {

struct LoggedEpisode {
  EpisodeLog episode;
  std::vector<StepLog> steps;
};

/// One episode from a pattern: 'F' first step, 'V' recompute by vision drift, 'S' by state guard, 'r' reuse. A full
/// query takes 40 ms (25 vision, 10 prefix, 5 denoise), a reuse 0.5 ms; the gate 0.05 ms on every step but the first.
inline LoggedEpisode logged_episode(const std::string& arm, const std::string& task, std::uint64_t seed, bool success,
                                    std::string_view pattern) {
  LoggedEpisode out;
  out.episode = {.arm = arm, .task = task, .scenario = "clean", .seed = seed, .success = success};
  int age = 0;
  for (const char c : pattern) {
    StepLog step{.step = int(out.steps.size()), .phase = "reach", .decision = {}, .timing = {}};
    const bool is_full = c != 'r';
    step.decision.verdict = is_full ? Verdict::kRecompute : Verdict::kReuse;
    step.decision.reason = c == 'F'   ? Reason::kFirstStep
                           : c == 'V' ? Reason::kVisionDrift
                           : c == 'S' ? Reason::kStateGuard
                                      : Reason::kReuse;
    if (c != 'F') step.timing.gate_ms = 0.05;
    step.timing.vision_ms = is_full ? 25 : 0;
    step.timing.prefix_ms = is_full ? 10 : 0;
    step.timing.denoise_ms = is_full ? 5 : 0;
    step.timing.total_ms = is_full ? 40 : 0.5;
    step.query_work = is_full ? 1 : 0;
    step.decision.age = age;
    age = is_full ? 1 : age + 1;
    out.steps.push_back(step);
  }
  tally_steps(out.steps, out.episode);
  return out;
}

}  // namespace awd::testing
