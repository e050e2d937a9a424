// Shares along the episode and per phase of hand-made episodes.
#include "analysis/report/reason_profile.h"

#include <gtest/gtest.h>

#include "analysis/test_logs.h"

namespace awd::report {
namespace {

using testing::logged_episode;

constexpr auto kState = std::size_t(ReasonGroup::kState), kVision = std::size_t(ReasonGroup::kVision),
               kRuntime = std::size_t(ReasonGroup::kRuntime), kReuse = std::size_t(ReasonGroup::kReuse);

ReasonProfile profile_of(const std::vector<testing::LoggedEpisode>& episodes) {
  ReasonProfile profile;
  for (const auto& [episode, steps] : episodes) profile.add(episode, steps);
  return profile;
}

TEST(ReasonProfile, TimelineWeighsEpisodesAlikeWhateverTheirLength) {
  // Four steps cover ten bins each; eight steps five.
  const auto timeline =
      profile_of({logged_episode("a", "t", 1, true, "FrVr"), logged_episode("a", "t", 2, true, "FrrrrrrS")}).timeline();
  EXPECT_EQ(timeline[0][kRuntime], 0.0);  // first steps are left out
  EXPECT_DOUBLE_EQ(timeline[15][kReuse], 1.0);
  EXPECT_DOUBLE_EQ(timeline[20][kVision], 0.5);
  EXPECT_DOUBLE_EQ(timeline[29][kVision], 0.5);
  EXPECT_DOUBLE_EQ(timeline[30][kVision], 0.0);
  EXPECT_DOUBLE_EQ(timeline[34][kState], 0.0);
  EXPECT_DOUBLE_EQ(timeline[39][kState], 0.5);
}

TEST(ReasonProfile, StepsThatFitNoBinAreSplit) {
  const auto timeline = profile_of({logged_episode("a", "t", 1, true, "FrV")}).timeline();  // 40/3 bins a step
  EXPECT_NEAR(timeline[26][kVision], 1.0 / 3, 1e-9);
  EXPECT_NEAR(timeline[26][kReuse], 2.0 / 3, 1e-9);
}

TEST(ReasonProfile, CountsPerPhaseInTheOrderOfATask) {
  auto logged = logged_episode("a", "t", 1, true, "FrrSrr");
  for (std::size_t i = 3; i < 6; ++i) logged.steps[i].phase = "lift";
  logged.steps[5].phase = "dance";
  const auto phases = profile_of({logged, logged_episode("a", "t", 2, true, "FV")}).phases();
  ASSERT_EQ(phases.size(), 3u);
  EXPECT_EQ(phases[0].phase, "reach");
  EXPECT_EQ(phases[0].episodes, 2);
  EXPECT_EQ(phases[0].steps, 5.0);
  EXPECT_DOUBLE_EQ(phases[0].queries.rate, 3.0 / 5);
  EXPECT_DOUBLE_EQ(phases[0].groups[kVision].rate, 1.0 / 5);
  EXPECT_EQ(phases[1].phase, "lift");
  EXPECT_DOUBLE_EQ(phases[1].groups[kState].rate, 0.5);
  EXPECT_EQ(phases[2].phase, "dance");
}

TEST(ReasonProfile, ReasonsNeedNoSteps) {
  ReasonProfile profile;
  const auto logged = logged_episode("a", "t", 1, true, "FrrVr");
  profile.add(logged.episode, {});
  EXPECT_DOUBLE_EQ(profile.share_of(Reason::kVisionDrift).rate, 0.2);
  EXPECT_EQ(profile.share_of(Reason::kReuse).steps, 3.0);
  EXPECT_TRUE(profile.phases().empty());
}

}  // namespace
}  // namespace awd::report
