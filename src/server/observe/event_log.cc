// Lines are written whole, so that threads do not mix.
#include "server/observe/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace awd::server {

void EventLog::write(std::string_view level, std::string_view event, const Fields& fields) {
  if (out_ == nullptr) return;
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  nlohmann::ordered_json line;
  line["time"] = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms);
  line["level"] = level;
  line["event"] = event;
  for (const auto& [name, value] : fields) line[std::string(name)] = value;
  // What a client sent may be in a value: bytes that are no UTF-8 are replaced.
  const std::string text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const std::lock_guard lock(mutex_);
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void EventLog::opened(std::uint64_t client, const std::string& peer) {
  write("info", "client_opened", {{"client", std::to_string(client)}, {"peer", peer}});
  if (next_ != nullptr) next_->opened(client, peer);
}

void EventLog::closed(std::uint64_t client, const std::string& why) {
  write("info", "client_closed", {{"client", std::to_string(client)}, {"why", why}});
  if (next_ != nullptr) next_->closed(client, why);
}

void EventLog::refused(const std::string& peer, const std::string& why) {
  write("warning", "connection_refused", {{"peer", peer}, {"why", why}});
  if (next_ != nullptr) next_->refused(peer, why);
}

void EventLog::failed(std::uint64_t client, const std::string& what) {
  write("error", "request_failed", {{"client", std::to_string(client)}, {"what", what}});
  if (next_ != nullptr) next_->failed(client, what);
}

void EventLog::answered(const Answered& answered) {
  if (next_ != nullptr) next_->answered(answered);
}

void EventLog::waiting(int requests) {
  if (next_ != nullptr) next_->waiting(requests);
}

}  // namespace awd::server
