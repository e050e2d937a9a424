// Answers the study's expectations: an interval of enough episodes that lies wholly on one side decides, everything
// else stays open.
#include <fmt/format.h>

#include <cmath>

#include "analysis/attention/attention_report.h"

namespace awd {
namespace {

using Answer = AttentionClaim::Answer;

constexpr std::size_t kAhead = 2;  // index into kLookAhead of the claim on dilation: 10 frames

constexpr double kMostAttention = 0.5;  // where a label surely holds more than this, attention on it is not low

constexpr int kFewestEpisodes = 5;  // a bootstrap over fewer is too narrow to decide anything

bool is_surely_above(const RatioEstimate& estimate, double limit) {
  return estimate.episodes >= kFewestEpisodes && estimate.is_above(limit);
}

bool is_surely_below(const RatioEstimate& estimate, double limit) {
  return estimate.episodes >= kFewestEpisodes && estimate.is_below(limit);
}

std::string interval(const RatioEstimate& estimate, double scale, int digits) {
  if (estimate.episodes < kFewestEpisodes) return fmt::format("only {} episodes", estimate.episodes);
  return fmt::format("95 % interval {0:.{2}f} to {1:.{2}f}", scale * estimate.ci95.low, scale * estimate.ci95.high,
                     digits);
}

AttentionClaim label_claim(const CameraSummary& camera, SceneLabel label, bool expects_more) {
  const std::string_view word = kSceneLabelWords[std::size_t(label)];
  AttentionClaim claim{.expectation = fmt::format("{} attention on the {}", expects_more ? "high" : "low", word),
                       .camera = camera.name,
                       .text = "The recording has no labels"};
  if (!camera.has_labels) return claim;
  const LabelFocus& focus = camera.labels[std::size_t(label)];
  if (std::isnan(focus.enrichment.value)) {
    claim.text = fmt::format("The {} is never in sight", word);
    return claim;
  }
  const bool is_more = is_surely_above(focus.enrichment, 1), is_less = is_surely_below(focus.enrichment, 1);
  claim.answer = !is_more && !is_less ? Answer::kOpen : is_more == expects_more ? Answer::kYes : Answer::kNo;
  if (!expects_more && is_surely_above(focus.attention, kMostAttention)) claim.answer = Answer::kNo;
  claim.text = fmt::format("{:.1f} % of this camera's attention on {:.1f} % of its picture: {:.2f} times its area ({})",
                           100 * focus.attention.value, 100 * focus.area, focus.enrichment.value,
                           interval(focus.enrichment, 1, 2));
  return claim;
}

AttentionClaim dilation_claim(const CameraSummary& camera) {
  AttentionClaim claim{.expectation = "dilation covers where the target goes",
                       .camera = camera.name,
                       .text = "The recording has no labels"};
  if (!camera.has_labels) return claim;
  const int ahead = kLookAhead[kAhead];
  const LookAheadCoverage& coverage = camera.coverage[std::size_t(TargetPart::kNew)][kAhead];
  const RegionHit& raw = coverage.regions[std::size_t(AttendedRegion::kRaw)];
  const RegionHit& grown = coverage.regions[std::size_t(AttendedRegion::kGrown)];
  const RegionHit& dilated = coverage.regions[std::size_t(AttendedRegion::kDilated)];
  if (coverage.frames == 0) {
    claim.text = fmt::format("The target never moves within {} frames", ahead);
    return claim;
  }
  const bool is_better = is_surely_above(dilated.lift, 1) && is_surely_above(coverage.dilated_gain, 0);
  const bool is_useless = is_surely_below(dilated.lift, 1) || is_surely_below(coverage.dilated_gain, 0);
  claim.answer = is_better ? Answer::kYes : is_useless ? Answer::kNo : Answer::kOpen;
  claim.text = fmt::format(
      "{} frames later the dilated region, {:.0f} % of the picture, holds {:.0f} % ({}) of where the target has newly "
      "come: {:.2f} times what a random region would ({}). Undilated {:.0f} % on {:.0f} % of the picture, gain {:+.0f} "
      "points ({}); the same region grown by the window {:.0f} % on {:.0f} %",
      ahead, 100 * dilated.area, 100 * dilated.covered.value, interval(dilated.covered, 100, 0), dilated.lift.value,
      interval(dilated.lift, 1, 2), 100 * raw.covered.value, 100 * raw.area, 100 * coverage.dilated_gain.value,
      interval(coverage.dilated_gain, 100, 0), 100 * grown.covered.value, 100 * grown.area);
  return claim;
}

}  // namespace

std::vector<AttentionClaim> attention_claims(const AttentionSummary& summary) {
  std::vector<AttentionClaim> claims;
  for (const CameraSummary& camera : summary.cameras) {
    claims.push_back(label_claim(camera, SceneLabel::kTarget, true));
    claims.push_back(label_claim(camera, SceneLabel::kRobot, true));
    claims.push_back(label_claim(camera, SceneLabel::kBackground, false));
    claims.push_back(dilation_claim(camera));
  }
  return claims;
}

}  // namespace awd
