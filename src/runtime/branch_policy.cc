// Rows in, rows out; a query when none is left.
#include "runtime/branch_policy.h"

#include <fmt/format.h>

#include <utility>

#include "awd/error.h"
#include "base/check.h"

namespace awd {

BranchPolicy::BranchPolicy(const EngineInfo& info, std::unique_ptr<Session> session, int execute)
    : action_dim_(std::size_t(info.action_dim)),
      execute_(std::size_t(execute > 0 ? execute : info.horizon)),
      session_(std::move(session)),
      noise_(std::size_t(info.horizon) * std::size_t(info.model_action_dim)) {
  if (execute < 0 || execute > info.horizon) {
    throw Error("option execute",
                fmt::format("expected 0 to {} steps (the policy's horizon), got {}", info.horizon, execute));
  }
}

void BranchPolicy::begin(std::span<const float> rows) {
  AWD_CHECK(rows.size() % action_dim_ == 0, "{} values, {} a row", rows.size(), action_dim_);
  rows_.assign(rows.begin(), rows.end());
  next_ = 0;
}

void BranchPolicy::query(const Observation& observation) {
  (void)session_->encode(observation, cache_);
  session_->denoise(cache_, observation.state, noise_, chunk_, nullptr);
  begin(std::span(chunk_.values).first(execute_ * action_dim_));
}

std::span<const float> BranchPolicy::next() {
  AWD_CHECK(!needs_query(), "no row left");
  const std::span<const float> row = std::span(rows_).subspan(next_, action_dim_);
  next_ += action_dim_;
  return row;
}

}  // namespace awd
