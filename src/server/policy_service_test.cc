// Who is told of a step, and when.
#include "server/policy_service.h"

#include <gtest/gtest.h>

#include "server/test_messages.h"

namespace awd::server {
namespace {

class CountingObserver final : public StepObserver {
 public:
  void on_step(const ServedStep& step) override { steps += step.step == steps ? 1 : 100; }
  void on_end(std::uint64_t session) override { ended = session; }

  int steps = 0;
  std::uint64_t ended = 0;
};

TEST(PolicyServiceTest, AReplyInHandHasBeenCountedAndIsShownBehindIt) {
  const SessionOptions options{
      .policy = small_policy_info(), .keys = robot_keys(RobotKind::kGeneric, {"base", "wrist"}), .mode = "aligned"};
  PolicyLog log;
  CountingObserver counting, showing;
  const auto connect = serve_policies([&] { return std::make_unique<SmallPolicy>(log); }, options,
                                      {.counting = {&counting}, .showing = {&showing}});
  auto handler = connect(4);
  const std::string request = pack_request({});
  for (int k = 0; k < 2; ++k) {
    (void)handler->answer(bytes_of(request), std::nullopt);
    EXPECT_EQ(counting.steps, k + 1);
    EXPECT_EQ(showing.steps, k);
    handler->after_reply();
    EXPECT_EQ(showing.steps, k + 1);
  }
  handler.reset();
  EXPECT_EQ(counting.ended, 4u);
  EXPECT_EQ(showing.ended, 4u);
}

}  // namespace
}  // namespace awd::server
