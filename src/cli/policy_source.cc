// Two sources. A server's policy is the runtime's own around a session that asks the server.
#include "cli/policy_source.h"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "awd/error.h"
#include "runtime/reuse_policy.h"
#include "server/client/remote_session.h"
#include "sim/world.h"

namespace awd::cli {
namespace {

class CheckpointSource final : public PolicySource {
 public:
  explicit CheckpointSource(const PlannedPolicy& policy) : engine_(Engine::load(policy.folder, policy.engine)) {}
  const EngineInfo& info() const override { return engine_->info(); }
  std::unique_ptr<Policy> make(const Arm& arm) const override { return make_policy(engine_, arm); }

 private:
  std::shared_ptr<const Engine> engine_;
};

/// Tells the server where in its episode the robot is.
class RemotePolicy final : public Policy {
 public:
  RemotePolicy(std::unique_ptr<server::RemoteSession> session, const EngineInfo& info, const Arm& arm)
      : session_(*session), policy_(info, std::move(session), arm.gate, arm.reuse) {}

  const PolicyInfo& info() const override { return policy_.info(); }
  void reset(std::uint64_t seed) override {
    step_ = 0;
    session_.begin_episode(seed);
    policy_.reset(seed);
  }
  ActResult act(const Observation& observation) override {
    session_.set_step(step_++);
    return policy_.act(observation);
  }
  const ImportanceMaps* importance() const override { return policy_.importance(); }
  std::span<const float> plan() const override { return policy_.plan(); }
  void skip(int steps) override {
    step_ += steps;
    policy_.skip(steps);
  }

 private:
  server::RemoteSession& session_;  // of policy_
  ReusePolicy policy_;
  std::int64_t step_ = 0;
};

class RemoteSource final : public PolicySource {
 public:
  explicit RemoteSource(const std::string& url) {
    const char* key = std::getenv("AWD_API_KEY");
    options_ = {.url = url,
                .api_key = key == nullptr ? "" : key,
                .cameras = {sim::kCameraNames.begin(), sim::kCameraNames.end()},
                .image_size = sim::WorldOptions{}.image_size,
                .state_dim = sim::kStateDim,
                .action_dim = sim::kActionDim};
    info_ = server::probe_server(options_);
  }
  const EngineInfo& info() const override { return info_; }
  std::unique_ptr<Policy> make(const Arm& arm) const override {
    if (arm.reuse.mode != ReuseMode::kAligned) {
      throw Error(fmt::format("arm {}", arm.name),
                  fmt::format("expected mode aligned, because a server gives nothing but chunks, got {}",
                              word_of(arm.reuse.mode)));
    }
    return std::make_unique<RemotePolicy>(std::make_unique<server::RemoteSession>(options_, info_), info_, arm);
  }

 private:
  server::RemoteOptions options_;
  EngineInfo info_;
};

}  // namespace

std::unique_ptr<PolicySource> open_policy(const PlannedPolicy& policy) {
  if (server::is_address(policy.folder)) return std::make_unique<RemoteSource>(policy.folder);
  return std::make_unique<CheckpointSource>(policy);
}

}  // namespace awd::cli
