// What a server has done, as Prometheus reads it (docs/serve.md lists the names).
#pragma once

#include <memory>
#include <string>

#include "server/session/policy_session.h"
#include "server/transport/service.h"

namespace awd::server {

/// Counts steps and what happens at the sockets. Thread-safe.
class Metrics final : public StepObserver, public ServerEvents {
 public:
  explicit Metrics(const std::string& policy, const std::string& arm);
  ~Metrics() override;

  /// The exposition text, format 0.0.4.
  std::string text() const;

  void on_step(const ServedStep& step) override;
  void opened(std::uint64_t client, const std::string& peer) override;
  void closed(std::uint64_t client, const std::string& why) override;
  void refused(const std::string& peer, const std::string& why) override;
  void failed(std::uint64_t client, const std::string& what) override;
  void answered(const Answered& answered) override;
  void waiting(int requests) override;
  /// Of a recorder: what it has written and what it had to leave out.
  void set_recorded(std::uint64_t frames, std::uint64_t dropped);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::server
