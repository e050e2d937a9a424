// Counts of hand-made episodes: delays of queries behind changes, and alarms without a cause.
#include "analysis/episode_tally.h"

#include <gtest/gtest.h>

#include "analysis/test_logs.h"

namespace awd {
namespace {

EpisodeLog tally(std::string_view pattern, std::initializer_list<int> event_steps) {
  auto logged = testing::logged_episode("a", "t", 1, true, pattern);
  for (const int step : event_steps) logged.steps[std::size_t(step)].event = "nudge";
  EpisodeLog episode;
  tally_steps(logged.steps, episode);
  return episode;
}

TEST(EpisodeTally, SumsAndReasons) {
  const EpisodeLog episode = tally("FrrVr", {});
  EXPECT_EQ(episode.steps, 5);
  EXPECT_EQ(episode.full_queries, 2);
  EXPECT_EQ(episode.query_work, 2.0);
  EXPECT_EQ(episode.reasons[int(Reason::kReuse)], 3);
  EXPECT_EQ(episode.reasons[int(Reason::kVisionDrift)], 1);
  EXPECT_DOUBLE_EQ(episode.policy_ms, 2 * 40 + 3 * 0.5);
  EXPECT_TRUE(episode.events.empty());
}

TEST(EpisodeTally, DelayCountsFromTheFirstStepOfAChange) {
  const EpisodeLog episode = tally("FrrrrVrrr", {3, 4});
  ASSERT_EQ(episode.events.size(), 1u);
  EXPECT_EQ(episode.events[0].event, "nudge");
  EXPECT_EQ(episode.events[0].step, 3);
  EXPECT_EQ(episode.events[0].delay, 2);
  EXPECT_FALSE(tally("Frrr", {2}).events[0].delay.has_value());
  EXPECT_EQ(tally("FrVr", {2}).events[0].delay, 0);
}

TEST(EpisodeTally, AnAlarmIsFalseWithoutAChangeSinceTheAnchorOrJustBefore) {
  EXPECT_EQ(tally("FrrVrrS", {}).false_recomputes, 2);
  EXPECT_EQ(tally("FrrVrrS", {1}).false_recomputes, 0);           // both within ten steps of the change
  EXPECT_EQ(tally("FrrVrrrrrrrrrrS", {2}).false_recomputes, 1);   // the second, twelve steps later
  EXPECT_EQ(tally("FrrrrrrrrrrrrrrV", {1}).false_recomputes, 0);  // late, yet caused by it
}

}  // namespace
}  // namespace awd
