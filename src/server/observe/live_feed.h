// What the live page shows: pictures, importance and decision of the newest request, and the scores of those before it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/session/policy_session.h"
#include "server/transport/service.h"

namespace awd::server {

/// A score that the gate compares, and with what.
struct ScoreLimit {
  std::string score{};    // name as in steps.jsonl
  double limit = 0;       // beyond which a query is made
  bool is_floor = false;  // the score must not fall below it
};

/// What does not change while a server runs.
struct LiveOptions {
  PolicyInfo policy{};
  std::string arm{};
  std::string mode{};
  std::vector<ScoreLimit> limits{};
  int pool = 1;      // of the gate: importance is shown on its grid
  int dilation = 1;  // .. and dilated as it is there
};

/// Makes a message of every step while somebody looks: 4 bytes length of the JSON header (little-endian), the header,
/// then the pictures' RGB bytes in the header's order. Thread-safe.
class LiveFeed final : public StepObserver, public LiveSource {
 public:
  explicit LiveFeed(LiveOptions options) : options_(std::move(options)) {}

  void on_step(const ServedStep& step) override;
  void on_end(std::uint64_t session) override;

  Latest latest() const override;
  void set_listener(std::function<void()> on_new) override;
  void set_viewers(int viewers) override;

 private:
  /// One earlier step of a client, for the curve.
  struct Point {
    std::uint64_t number = 0;
    std::int64_t step = 0;
    double time_s = 0;
    Decision decision{};
  };
  std::string message(const ServedStep& step, const std::deque<Point>& points) const;

  LiveOptions options_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::deque<Point>> points_;  // by session
  std::uint64_t steps_ = 0;
  Latest latest_;
  int viewers_ = 0;
  std::mutex listener_mutex_;
  std::function<void()> on_new_;
};

/// The page at "/": one self-contained file.
std::string live_page();

}  // namespace awd::server
