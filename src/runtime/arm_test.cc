// Arm names: each known one, overrides, labels of one's own, and what is refused.
#include "runtime/arm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "awd/error.h"

namespace awd {
namespace {

std::string error_of(const std::string& text) {
  try {
    (void)parse_arms(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Arm, KnownNames) {
  EXPECT_EQ(parse_arm("none").gate.kind, GateKind::kAlways);

  const Arm fixed = parse_arm("fixed:10");
  EXPECT_EQ(fixed.gate.kind, GateKind::kNever);
  EXPECT_EQ(fixed.reuse.mode, ReuseMode::kAligned);
  EXPECT_EQ(fixed.reuse.execute, 10);

  const Arm period = parse_arm("period:5:restart");
  EXPECT_EQ(period.gate.kind, GateKind::kPeriod);
  EXPECT_EQ(period.gate.period, 5);
  EXPECT_EQ(period.reuse.mode, ReuseMode::kRestart);

  const Arm cosine = parse_arm("cosine");
  EXPECT_EQ(cosine.gate.kind, GateKind::kCosine);
  EXPECT_EQ(cosine.gate.cosine_threshold, 0.98);
  EXPECT_EQ(cosine.reuse.mode, ReuseMode::kRestart);

  const Arm restart = parse_arm("awd-restart"), aligned = parse_arm("awd-aligned");
  EXPECT_EQ(restart.reuse.mode, ReuseMode::kRestart);
  EXPECT_EQ(aligned.reuse.mode, ReuseMode::kAligned);
  for (const Arm& arm : {restart, aligned}) {
    EXPECT_EQ(arm.gate.kind, GateKind::kAwd);
    EXPECT_EQ(arm.gate.state_threshold, 0.23);
    EXPECT_EQ(arm.gate.drift_threshold, 1.0);
  }
}

TEST(Arm, ControlsAndTheRecommendedGate) {
  const Arm random = parse_arm("random:0.25");
  EXPECT_EQ(random.gate.kind, GateKind::kRandom);
  EXPECT_EQ(random.gate.random_share, 0.25);
  EXPECT_EQ(random.reuse.mode, ReuseMode::kAligned);
  EXPECT_FALSE(random.matched_to.has_value());
  EXPECT_EQ(parse_arm("random:matched").matched_to, "");
  EXPECT_EQ(parse_arm("random:matched:awd-aligned").matched_to, "awd-aligned");
  EXPECT_EQ(parse_arm("random:matched{mode=restart}").reuse.mode, ReuseMode::kRestart);
  EXPECT_EQ(parse_arm("oracle").gate.kind, GateKind::kOracle);

  const Arm guarded = parse_arm("awd-guarded");
  EXPECT_EQ(list_options(guarded.gate).size(), list_options(recommended_guard()).size());
  EXPECT_EQ(guarded.gate.kind, recommended_guard().kind);
  EXPECT_EQ(guarded.reuse.mode, ReuseMode::kAligned);
  EXPECT_TRUE(is_gated(guarded));
  for (const char* name : {"none", "fixed:5", "period:5:aligned", "random:0.1", "random:matched", "oracle"}) {
    EXPECT_FALSE(is_gated(parse_arm(name))) << name;
  }
}

TEST(Arm, PeriodTakesEveryMode) {
  for (const std::string_view mode : kEnumWords<ReuseMode>) {
    EXPECT_EQ(word_of(parse_arm("period:5:" + std::string(mode)).reuse.mode), mode);
  }
}

TEST(Arm, OverridesReachGateAndReuseAndStayInTheName) {
  const Arm arm = parse_arm("awd-aligned{drift_threshold=0.5,noise=fresh}");
  EXPECT_EQ(arm.gate.drift_threshold, 0.5);
  EXPECT_EQ(arm.gate.state_threshold, 0.23);
  EXPECT_EQ(arm.reuse.noise, NoiseKind::kFresh);
  EXPECT_EQ(arm.name, "awd-aligned{drift_threshold=0.5,noise=fresh}");
}

TEST(Arm, OwnNameStartsFromTheDefaults) {
  const Arm arm = parse_arm("strict{gate=awd,mode=aligned,camera_reduce=max}");
  EXPECT_EQ(arm.name, "strict");
  EXPECT_EQ(arm.gate.state_threshold, 0.05);
  EXPECT_EQ(arm.gate.drift_threshold, 0.5);
  EXPECT_EQ(arm.gate.camera_reduce, CameraReduce::kMax);
}

TEST(Arm, ListSplitsOutsideBracesOnly) {
  const std::vector<Arm> arms = parse_arms("none,a{gate=never,mode=restart},period:5:aligned");
  ASSERT_EQ(arms.size(), 3u);
  EXPECT_EQ(arms[1].name, "a");
  EXPECT_EQ(arms[2].name, "period:5:aligned");
}

TEST(Arm, RefusalsSayWhatIsKnown) {
  using testing::AllOf;
  using testing::HasSubstr;
  EXPECT_THAT(error_of("awd-magic"), AllOf(HasSubstr("awd-restart, awd-aligned"), HasSubstr("\"awd-magic\"")));
  EXPECT_THAT(error_of("random:1.5"), HasSubstr("random_share"));
  EXPECT_THAT(error_of("random:some"), HasSubstr("random_share"));
  EXPECT_THAT(error_of("random"), HasSubstr("random:matched"));
  EXPECT_THAT(error_of("mine{mode=aligned}"), HasSubstr("NAME{gate=...,mode=...,option=value,...}"));
  EXPECT_THAT(error_of("cosine{colour=red}"),
              AllOf(HasSubstr("drift_threshold"), HasSubstr("execute"), HasSubstr("\"colour\"")));
  EXPECT_THAT(error_of("cosine{mode=magic}"), HasSubstr("restart, aligned"));
  EXPECT_THAT(error_of("period:5"), HasSubstr("period:K:MODE"));
  EXPECT_THAT(error_of("period:0:aligned"), HasSubstr("period"));
  EXPECT_THAT(error_of("fixed:0"), HasSubstr("at least 1"));
  EXPECT_THAT(error_of("fixed:ten"), HasSubstr("\"ten\""));
  EXPECT_THAT(error_of("none,none"), HasSubstr("twice"));
  EXPECT_THAT(error_of("none,"), HasSubstr("expected none"));
  EXPECT_THAT(error_of("awd-aligned{drift_threshold=1"), HasSubstr("braces"));
  EXPECT_THAT(error_of("awd-aligned{}"), HasSubstr("option=value"));
}

TEST(Arm, OptionsListGateThenReuse) {
  const std::vector<OptionText> options = arm_options(parse_arm("fixed:10"));
  EXPECT_EQ(options.front().name, "gate");
  const auto execute = std::ranges::find(options, "execute", &OptionText::name);
  ASSERT_NE(execute, options.end());
  EXPECT_EQ(execute->value, "10");
}

}  // namespace
}  // namespace awd
