// Joins sessions with the transport: every client gets a policy session, every served step goes to those who watch.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "server/session/policy_session.h"
#include "server/transport/service.h"

namespace awd::server {

/// Who watches the served steps. Not owned.
struct StepObservers {
  /// Told before the reply leaves: what a client has in hand has been counted. Must be quick.
  std::vector<StepObserver*> counting{};
  /// Told behind the reply, so that what they cost delays only the same client's next request.
  std::vector<StepObserver*> showing{};
};

/// What makes a client's handler; `options` and the observers must outlive the server.
std::function<std::unique_ptr<ClientHandler>(std::uint64_t number)> serve_policies(PolicyFactory make_policy,
                                                                                   const SessionOptions& options,
                                                                                   StepObservers observers);

}  // namespace awd::server
