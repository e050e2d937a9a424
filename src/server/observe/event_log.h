// One JSON object a line on standard error for everything that happens at the sockets.
#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/transport/service.h"

namespace awd::server {

/// Thread-safe. Requests that are answered are not logged: /metrics counts them.
class EventLog final : public ServerEvents {
 public:
  /// `events` is handed everything, too; null for none. With a null `out` nothing is written.
  EventLog(std::FILE* out, ServerEvents* events) : out_(out), next_(events) {}

  using Fields = std::vector<std::pair<std::string_view, std::string>>;
  /// {"time":"...","level":"info","event":"...", fields}
  void write(std::string_view level, std::string_view event, const Fields& fields);

  void opened(std::uint64_t client, const std::string& peer) override;
  void closed(std::uint64_t client, const std::string& why) override;
  void refused(const std::string& peer, const std::string& why) override;
  void failed(std::uint64_t client, const std::string& what) override;
  void answered(const Answered& answered) override;
  void waiting(int requests) override;

 private:
  std::FILE* out_;
  ServerEvents* next_;
  std::mutex mutex_;
};

}  // namespace awd::server
