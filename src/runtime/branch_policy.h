// The policy of branch rollouts: executes rows it is given, then a fixed number of rows of every chunk it queries.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "awd/engine.h"

namespace awd {

/// No gate and no other reuse; noise is zero, as in the arms' default. It looks at the world only when it needs a
/// query, so that a simulator may skip drawing at all other steps. Not thread-safe.
class BranchPolicy {
 public:
  /// `execute` rows of each chunk are executed; 0 is the whole chunk. Throws awd::Error if the horizon is shorter.
  BranchPolicy(const EngineInfo& info, std::unique_ptr<Session> session, int execute);

  /// Starts a branch that first executes `rows` [n, action_dim]; none: the first step is a query.
  void begin(std::span<const float> rows);
  bool needs_query() const { return next_ == rows_.size(); }
  /// Makes a chunk. Throws awd::Error on an observation that does not fit the engine.
  void query(const Observation& observation);
  /// The action [action_dim] of this step; valid until the next call of query() or begin().
  std::span<const float> next();

 private:
  std::size_t action_dim_;
  std::size_t execute_;
  std::unique_ptr<Session> session_;
  PrefixCache cache_;
  ActionChunk chunk_;
  std::vector<float> noise_;  // [horizon, model_action_dim] zeros
  std::vector<float> rows_;   // [n, action_dim] of what is being executed
  std::size_t next_ = 0;      // first value of rows_ that is not executed yet
};

}  // namespace awd
