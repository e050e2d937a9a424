// A session without sockets: steps counted, episodes told apart, replies of one shape.
#include "server/session/policy_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"
#include "server/test_messages.h"

namespace awd::server {
namespace {

using testing::ElementsAre;

class PolicySessionTest : public testing::Test {
 protected:
  SessionOptions options_{.policy = small_policy_info(),
                          .keys = robot_keys(RobotKind::kGeneric, {"base", "wrist"}),
                          .mode = "aligned",
                          .steps = {.replan_steps = 2, .reset_jump = 0.5},
                          .seed = 100};
  PolicyLog log_;

  std::unique_ptr<PolicySession> make() {
    return std::make_unique<PolicySession>([this] { return std::make_unique<SmallPolicy>(log_); }, options_, 1);
  }
  static std::string ask(PolicySession& session, const TestRequest& request) {
    const std::string bytes = pack_request(request);
    return session.answer(bytes_of(bytes), std::nullopt);
  }
};

TEST_F(PolicySessionTest, ReuseIsTheHeldChunkShiftedByAgeAndFilledUp) {
  const auto session = make();
  EXPECT_THAT(reply_row(ask(*session, {}), 0), ElementsAre(1, 0, 0));
  const std::string reply = ask(*session, {});
  EXPECT_THAT(log_.skips, ElementsAre(1));
  EXPECT_THAT(reply_row(reply, 0), ElementsAre(1, 2, 0));
  EXPECT_THAT(reply_row(reply, 3), ElementsAre(1, 5, 0));
  EXPECT_THAT(reply_row(reply, 5), ElementsAre(1, 5, 0));  // the last row again
  const Message message = Message::parse(bytes_of(reply));
  EXPECT_THAT(std::get<ArrayView>(*message.find("actions")).shape, ElementsAre(6, 3));
  EXPECT_TRUE(std::get<bool>(*message.find("awd/decision/reuse")));
  EXPECT_EQ(std::get<std::string_view>(*message.find("awd/decision/reason")), "reuse");
  EXPECT_EQ(std::get<std::string_view>(*message.find("awd/decision/mode")), "aligned");
  EXPECT_EQ(std::get<std::int64_t>(*message.find("awd/decision/age")), 2);
  EXPECT_EQ(std::get<std::int64_t>(*message.find("awd/decision/rows")), 4);
  EXPECT_EQ(std::get<double>(*message.find("awd/decision/scores/weighted_drift")), 0.25);
}

TEST_F(PolicySessionTest, TimingsAreOpenpis) {
  const auto session = make();
  const std::string request = pack_request({});
  const std::string first = session->answer(bytes_of(request), std::nullopt);
  const std::string second = session->answer(bytes_of(request), 12.5);
  EXPECT_EQ(Message::parse(bytes_of(first)).find("server_timing/prev_total_ms"), nullptr);
  const Message message = Message::parse(bytes_of(second));
  EXPECT_EQ(std::get<double>(*message.find("server_timing/prev_total_ms")), 12.5);
  EXPECT_GE(std::get<double>(*message.find("server_timing/infer_ms")), 0);
  EXPECT_GE(std::get<double>(*message.find("policy_timing/infer_ms")), 0);
}

TEST_F(PolicySessionTest, ClientsMaySayWhereTheyAre) {
  const auto session = make();
  (void)ask(*session, {.step = 0, .reset_seed = 7});
  (void)ask(*session, {.step = 3});
  EXPECT_THAT(log_.seeds, ElementsAre(7));
  EXPECT_THAT(log_.skips, ElementsAre(2));
  (void)ask(*session, {.state = 9, .step = 4});  // the state may jump where the step is known
  EXPECT_THAT(log_.seeds, ElementsAre(7));
  (void)ask(*session, {.state = 9, .step = 4});  // not later than the last one
  EXPECT_THAT(log_.seeds, ElementsAre(7, 101));
  EXPECT_TRUE(session->last_step().is_new_episode);
  EXPECT_EQ(session->last_step().step, 4);
}

TEST_F(PolicySessionTest, AJumpOfTheStateIsANewEpisode) {
  const auto session = make();
  (void)ask(*session, {.state = 0});
  (void)ask(*session, {.state = 0.4f});
  (void)ask(*session, {.state = 0.8f});
  EXPECT_THAT(log_.seeds, ElementsAre(100));
  EXPECT_EQ(session->last_step().step, 4);
  (void)ask(*session, {.state = 0.1f});
  EXPECT_THAT(log_.seeds, ElementsAre(100, 101));
  EXPECT_EQ(session->last_step().step, 0);
}

TEST_F(PolicySessionTest, ABadRequestLeavesTheSessionUsable) {
  const auto session = make();
  EXPECT_THROW((void)session->answer(bytes_of("\x80"), std::nullopt), Error);
  EXPECT_EQ(log_.acts, 0);
  EXPECT_THAT(reply_row(ask(*session, {.state = 2}), 0), ElementsAre(1, 0, 2));
}

TEST(StepCounterTest, AnImpossibleGapIsANewEpisode) {
  StepCounter counter({.replan_steps = 5});
  const std::vector<float> state(8);
  EXPECT_TRUE(counter.next({.step = 10}, state).is_new_episode);
  EXPECT_EQ(counter.next({.step = 15}, state).steps, 5);
  EXPECT_EQ(counter.next({}, state).steps, 5);
  EXPECT_EQ(counter.step(), 20);
  EXPECT_TRUE(counter.next({.step = 20 + StepCounter::kMaxGap + 1}, state).is_new_episode);
}

}  // namespace
}  // namespace awd::server
