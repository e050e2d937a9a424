// One client's handler: its session, and the observers before and behind each reply.
#include "server/policy_service.h"

#include <utility>

namespace awd::server {
namespace {

class SessionHandler final : public ClientHandler {
 public:
  SessionHandler(PolicyFactory make_policy, const SessionOptions& options, StepObservers observers,
                 std::uint64_t number)
      : session_(std::move(make_policy), options, number), observers_(std::move(observers)), number_(number) {}

  ~SessionHandler() override {
    for (StepObserver* observer : observers_.counting) observer->on_end(number_);
    for (StepObserver* observer : observers_.showing) observer->on_end(number_);
  }

  std::string answer(Bytes message, std::optional<double> prev_total_ms) override {
    std::string reply = session_.answer(message, prev_total_ms);
    for (StepObserver* observer : observers_.counting) observer->on_step(session_.last_step());
    return reply;
  }

  void after_reply() override {
    for (StepObserver* observer : observers_.showing) observer->on_step(session_.last_step());
  }

 private:
  PolicySession session_;
  StepObservers observers_;
  std::uint64_t number_;
};

}  // namespace

std::function<std::unique_ptr<ClientHandler>(std::uint64_t number)> serve_policies(PolicyFactory make_policy,
                                                                                   const SessionOptions& options,
                                                                                   StepObservers observers) {
  return [make_policy = std::move(make_policy), &options, observers = std::move(observers)](std::uint64_t number) {
    return std::make_unique<SessionHandler>(make_policy, options, observers, number);
  };
}

}  // namespace awd::server
