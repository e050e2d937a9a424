// One client's control session: bytes of a request in, bytes of the reply out. No socket and no thread in here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "awd/policy.h"
#include "server/codec/observation_keys.h"
#include "server/codec/reply.h"
#include "server/codec/request.h"
#include "server/session/step_counter.h"

namespace awd::server {

/// What all sessions of a server have in common.
struct SessionOptions {
  PolicyInfo policy{};
  ObservationKeys keys{};
  std::string mode{};  // reuse mode, for the reply
  StepOptions steps{};
  std::string prompt{};  // of requests without one
  std::uint64_t seed = 0;
};

/// A request that was answered, for whoever watches. Views are valid during the call.
struct ServedStep {
  std::uint64_t session = 0;  // number of the connection, from 1
  bool is_new_episode = false;
  std::uint64_t seed = 0;  // of the episode
  std::int64_t step = 0;   // in the episode
  const Observation& observation;
  const ActResult& result;
  const ImportanceMaps* importance = nullptr;
  double infer_ms = 0;
};

/// Watches all sessions of a server. Thread-safe: sessions call it from the threads that serve them.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void on_step(const ServedStep& step) = 0;
  /// The connection is closed; no further step of it comes.
  virtual void on_end(std::uint64_t session) { (void)session; }
};

/// Makes a policy for one session. Thread-safe.
using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

/// Not thread-safe.
class PolicySession {
 public:
  /// The policy is made at the first request that is an observation: what sends nothing else costs no memory.
  PolicySession(PolicyFactory make_policy, const SessionOptions& options, std::uint64_t number);

  /// The reply to one request. `prev_total_ms` is handed through. Throws awd::Error on a message that is no
  /// observation of this policy, and what the policy throws; the session stays usable.
  std::string answer(Bytes message, std::optional<double> prev_total_ms);

  /// The step that the last answer() served; valid until the next answer() and as long as its message.
  ServedStep last_step() const;

 private:
  void begin_episode(const EpisodeHint& hint);

  const SessionOptions& options_;
  PolicyFactory make_policy_;
  std::unique_ptr<Policy> policy_;  // null before the first observation
  RequestReader reader_;
  StepCounter counter_;
  std::uint64_t number_;
  std::uint64_t episodes_ = 0;
  std::uint64_t seed_ = 0;
  const Observation* observation_ = nullptr;
  ActResult result_;
  StepNews news_;
  double infer_ms_ = 0;
};

}  // namespace awd::server
