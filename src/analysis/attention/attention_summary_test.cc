// Summary, claims, tables and JSON of rows whose numbers are chosen by hand.
#include "analysis/attention/attention_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/attention/attention_report.h"

namespace awd {
namespace {

using testing::HasSubstr;
using Answer = AttentionClaim::Answer;

constexpr auto kTarget = std::size_t(SceneLabel::kTarget);
constexpr auto kBackground = std::size_t(SceneLabel::kBackground);

/// What differs from row to row.
struct Numbers {
  int episode = 0;
  double max = 0.02;
  double target = 0.1;  // its share of the attention, on 5 % of the picture
  double dilated = 1;   // coverage of TargetPart::kNew ten frames ahead by the dilated region; 0.5 by the raw one
};

AttentionRow row(const Numbers& numbers) {
  AttentionRow row{.episode = numbers.episode, .step = 0, .phase = "reach", .image_share = 0.25, .cameras = {}};
  CameraAttention camera{.share = 0.5, .focus = {.max = numbers.max, .mean = 0.002}};
  camera.focus.max_over_mean = numbers.max / 0.002;
  camera.labels = LabelShares{};
  camera.labels->attention[kTarget] = numbers.target;
  camera.labels->area[kTarget] = 0.05;
  camera.labels->attention[kBackground] = 1 - numbers.target;
  camera.labels->area[kBackground] = 0.95;
  for (RegionCoverage& region : camera.regions) {
    region.area = 0.25;
    for (auto& part : region.covered) part.fill(kNotKnown);
  }
  constexpr std::size_t kNew = std::size_t(TargetPart::kNew), kTenAhead = 2;
  camera.regions[std::size_t(AttendedRegion::kRaw)].covered[kNew][kTenAhead] = 0.5;
  camera.regions[std::size_t(AttendedRegion::kDilated)].covered[kNew][kTenAhead] = numbers.dilated;
  camera.regions[std::size_t(AttendedRegion::kGrown)].covered[kNew][kTenAhead] = 1;
  row.cameras.push_back(camera);
  return row;
}

AttentionSummary summarise(const std::vector<Numbers>& numbers) {
  std::vector<AttentionRow> rows;
  rows.reserve(numbers.size());
  for (const Numbers& n : numbers) rows.push_back(row(n));
  return summarise_attention(rows, {"base"}, {});
}

TEST(AttentionSummary, SpreadsAndRatiosByHand) {
  const AttentionSummary summary = summarise({{0, 0.02, 0.1, 1}, {0, 0.04, 0.2, 1}, {1, 0.03, 0.3, 0.5}});
  EXPECT_EQ(summary.frames, 3);
  EXPECT_EQ(summary.episodes, 2);
  EXPECT_TRUE(summary.is_joint);
  const CameraSummary& camera = summary.cameras.at(0);
  EXPECT_NEAR(camera.max.mean.value, 0.03, 1e-12);
  EXPECT_NEAR(camera.max.p10, 0.022, 1e-12);
  EXPECT_NEAR(camera.max.p90, 0.038, 1e-12);
  EXPECT_NEAR(camera.max_over_mean.mean.value, 15, 1e-9);
  const LabelFocus& target = camera.labels[kTarget];
  EXPECT_NEAR(target.attention.value, 0.2, 1e-12);
  EXPECT_NEAR(target.enrichment.value, 4, 1e-9);
  EXPECT_NEAR(target.enrichment.ci95.low, 3, 1e-9);   // episode 0 twice
  EXPECT_NEAR(target.enrichment.ci95.high, 6, 1e-9);  // episode 1 twice
  const LookAheadCoverage& coverage = camera.coverage[std::size_t(TargetPart::kNew)][2];
  EXPECT_EQ(coverage.frames, 3);
  EXPECT_NEAR(coverage.regions[1].covered.value, 2.5 / 3, 1e-12);
  EXPECT_NEAR(coverage.regions[1].lift.value, 2.5 / 0.75, 1e-9);
  EXPECT_NEAR(coverage.dilated_gain.value, 1.0 / 3, 1e-12);
  EXPECT_EQ(camera.coverage[0][0].frames, 0);
  ASSERT_EQ(camera.phases.size(), 1u);
  EXPECT_EQ(camera.phases[0].frames, 3);
  EXPECT_NEAR(camera.phases[0].target.value, 4, 1e-9);
  EXPECT_TRUE(std::isnan(camera.phases[0].robot.value)) << "never in sight";
}

/// Three episodes like `a` and three like `b`.
AttentionSummary six_episodes(Numbers a, Numbers b) {
  std::vector<Numbers> numbers;
  for (int i = 0; i < 6; ++i) {
    numbers.push_back(i % 2 == 0 ? a : b);
    numbers.back().episode = i;
  }
  return summarise(numbers);
}

Answer answer_of(const AttentionSummary& summary, std::size_t claim) {
  return attention_claims(summary).at(claim).answer;
}

TEST(AttentionClaims, IntervalsDecide) {
  constexpr std::size_t kTargetClaim = 0, kRobotClaim = 1, kBackgroundClaim = 2, kDilationClaim = 3;
  const AttentionSummary focused = six_episodes({.target = 0.1}, {.target = 0.2});
  EXPECT_EQ(answer_of(focused, kTargetClaim), Answer::kYes);
  EXPECT_EQ(answer_of(focused, kRobotClaim), Answer::kUnknown);
  EXPECT_EQ(answer_of(focused, kBackgroundClaim), Answer::kNo) << "less than its area, but most of the attention";
  EXPECT_EQ(answer_of(six_episodes({.target = 0.6}, {.target = 0.7}), kBackgroundClaim), Answer::kYes);
  EXPECT_EQ(answer_of(focused, kDilationClaim), Answer::kYes);
  EXPECT_THAT(attention_claims(focused)[0].text,
              HasSubstr("15.0 % of this camera's attention on 5.0 % of its picture"));

  const AttentionSummary scattered = six_episodes({.target = 0.01, .dilated = 0.2}, {.target = 0.02, .dilated = 0.1});
  EXPECT_EQ(answer_of(scattered, kTargetClaim), Answer::kNo);
  EXPECT_EQ(answer_of(scattered, kDilationClaim), Answer::kNo);

  const AttentionSummary unsure = six_episodes({.target = 0.01, .dilated = 0.2}, {.target = 0.2});
  EXPECT_EQ(answer_of(unsure, kTargetClaim), Answer::kOpen);
  EXPECT_EQ(answer_of(unsure, kDilationClaim), Answer::kOpen);

  EXPECT_EQ(answer_of(summarise({{0, 0.02, 0.2, 1}, {1, 0.02, 0.2, 1}}), kTargetClaim), Answer::kOpen)
      << "two episodes decide nothing";
}

TEST(AttentionReport, TheStudysTableAsIs) {
  const AttentionSummary summary = summarise({{0, 0.02, 0.1, 1}, {1, 0.04, 0.2, 1}});
  const AttentionAbout about{.input = "demos.hdf5",
                             .format = "LIBERO HDF5",
                             .policy = "tiny",
                             .importance = "attention",
                             .shape = {5, 10, 4},
                             .selection = {3, 4, 9, 9, 0, 3},
                             .commit = "abc",
                             .options = {}};
  EXPECT_EQ(about.selected(), "layers 3-4 of 0-4, flow step 9 of 0-9, all 4 heads");
  const std::string text = attention_text(summary, about);
  EXPECT_THAT(text, HasSubstr("Camera           Max Weight             Mean Weight  Max/Mean Ratio\n"));
  EXPECT_THAT(text, HasSubstr("base    0.022-0.038 (0.030)  0.0020-0.0020 (0.0020)    11-19x (15x)\n"));
  EXPECT_THAT(text, HasSubstr("base, high attention on the target: open. 15.0 % of this camera's"));
  const auto json = nlohmann::json::parse(attention_json(summary, about));
  EXPECT_EQ(json["selection"]["layers"], (std::vector<int>{3, 4}));
  EXPECT_NEAR(json["cameras"][0]["labels"]["target"]["enrichment"]["value"], 3, 1e-9);
  EXPECT_TRUE(json["cameras"][0]["labels"]["robot"]["enrichment"]["value"].is_null());
  EXPECT_EQ(json["claims"][0]["answer"], "open");
  const auto line = nlohmann::json::parse(attention_line(row({}), "demo_0", {"base"}));
  EXPECT_EQ(line["name"], "demo_0");
  EXPECT_NEAR(line["cameras"][0]["labels"]["target"]["attention_share"], 0.1, 1e-12);
  EXPECT_TRUE(line["cameras"][0]["regions"]["raw"]["covered_share"]["new"][0].is_null());
}

TEST(AttentionReport, NoLabelsAreSaidToBeMissing) {
  std::vector<AttentionRow> rows{row({}), row({.episode = 1})};
  for (AttentionRow& r : rows) r.cameras[0].labels.reset();
  const AttentionSummary summary = summarise_attention(rows, {"base"}, {});
  EXPECT_FALSE(summary.cameras[0].has_labels);
  EXPECT_EQ(answer_of(summary, 0), Answer::kUnknown);
  EXPECT_THAT(attention_text(summary, {}), HasSubstr("not known: the recording has no labels"));
}

}  // namespace
}  // namespace awd
