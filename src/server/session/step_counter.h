// Where in its episode a request is: from what the client says, or inferred. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/codec/request.h"

namespace awd::server {

struct StepOptions {
  int replan_steps = 0;     // actions a client executes between requests; 0: not known, counted as 1
  double reset_jump = 0.5;  // change of a state value between requests that means a new episode; 0: none does
};

/// What lies between a request and the one before it.
struct StepNews {
  bool is_new_episode = true;
  int steps = 0;  // control steps since the last request of the same episode, at least 1; 0 where is_new_episode
};

/// One connection's count. A request begins an episode if it is the first, says so, has a step not after the last one
/// or more than kMaxGap after it, or, where it has no step, its state jumped.
class StepCounter {
 public:
  /// More steps between two requests than any client executes of a chunk.
  static constexpr std::int64_t kMaxGap = 10'000;

  explicit StepCounter(const StepOptions& options) : options_(options) {}

  StepNews next(const EpisodeHint& hint, std::span<const float> state);
  /// Number of the last request's step in its episode.
  std::int64_t step() const { return step_; }

 private:
  bool jumped(std::span<const float> state) const;

  StepOptions options_;
  bool has_begun_ = false;
  std::int64_t step_ = 0;
  std::vector<float> state_;  // of the last request
};

}  // namespace awd::server
