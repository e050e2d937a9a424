// Joins sessions with the transport: every client gets a policy session, every served step goes to those who watch.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "server/session/policy_session.h"
#include "server/transport/service.h"

namespace awd::server {

/// What makes a client's handler; `options` and `observers` must outlive the server.
std::function<std::unique_ptr<ClientHandler>(std::uint64_t number)> serve_policies(
    PolicyFactory make_policy, const SessionOptions& options, std::vector<StepObserver*> observers);

}  // namespace awd::server
