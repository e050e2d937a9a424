// Observers run behind the reply, so that what they cost delays only the same client's next request.
#include "server/policy_service.h"

#include <utility>

namespace awd::server {
namespace {

class SessionHandler final : public ClientHandler {
 public:
  SessionHandler(PolicyFactory make_policy, const SessionOptions& options, std::vector<StepObserver*> observers,
                 std::uint64_t number)
      : session_(std::move(make_policy), options, number), observers_(std::move(observers)), number_(number) {}

  ~SessionHandler() override {
    for (StepObserver* observer : observers_) observer->on_end(number_);
  }

  std::string answer(Bytes message, std::optional<double> prev_total_ms) override {
    return session_.answer(message, prev_total_ms);
  }

  void after_reply() override {
    const ServedStep step = session_.last_step();
    for (StepObserver* observer : observers_) observer->on_step(step);
  }

 private:
  PolicySession session_;
  std::vector<StepObserver*> observers_;
  std::uint64_t number_;
};

}  // namespace

std::function<std::unique_ptr<ClientHandler>(std::uint64_t number)> serve_policies(
    PolicyFactory make_policy, const SessionOptions& options, std::vector<StepObserver*> observers) {
  return [make_policy = std::move(make_policy), &options, observers = std::move(observers)](std::uint64_t number) {
    return std::make_unique<SessionHandler>(make_policy, options, observers, number);
  };
}

}  // namespace awd::server
