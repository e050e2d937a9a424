// What the rows of an attention analysis say: the study's table, what attention lies on, and what attended regions
// cover. Intervals are bootstraps over episodes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention/attention_tracker.h"
#include "analysis/episode_ratio.h"

namespace awd {

/// How a number is spread over frames; frames where it is NaN are left out.
struct FrameSpread {
  std::int64_t frames = 0;
  double p10 = 0, p90 = 0;  // NaN without frames
  RatioEstimate mean;
};

struct LabelFocus {
  RatioEstimate attention;   // mean share of the camera's attention, 0 .. 1
  double area = 0;           // mean share of the picture
  RatioEstimate enrichment;  // attention / area; 1: as much as its area; NaN for a label that is never seen
};

/// How much of the target a region holds some frames later.
struct RegionHit {
  RatioEstimate covered;  // mean share of the target, 0 .. 1
  double area = 0;        // mean share of the picture, which is what a random region of that size would cover
  RatioEstimate lift;     // covered / area
};

struct LookAheadCoverage {
  std::int64_t frames = 0;                              // that could be compared
  std::array<RegionHit, kAttendedRegionCount> regions;  // by AttendedRegion
  RatioEstimate dilated_gain;                           // covered by kDilated minus covered by kRaw, mean over frames
  RatioEstimate grown_gain;                             // the same of kGrown
};

struct PhaseFocus {
  std::string phase;
  std::int64_t frames = 0;
  RatioEstimate max_over_mean;
  RatioEstimate target, robot;  // enrichment
};

struct CameraSummary {
  std::string name;
  FrameSpread max, mean, max_over_mean;  // of a map; all cameras together sum to 1, see AttentionSummary::is_joint
  FrameSpread entropy_nats, entropy_share, half_mass_area;
  FrameSpread share;        // of the attention to images
  bool has_labels = false;  // else what follows is empty
  std::array<LabelFocus, kSceneLabelCount> labels;
  std::array<std::array<LookAheadCoverage, kLookAhead.size()>, kTargetPartCount> coverage;  // [TargetPart][kLookAhead]
  std::vector<PhaseFocus> phases;  // in order of appearance; empty where not known
};

struct AttentionSummary {
  std::int64_t frames = 0;
  int episodes = 0;
  bool is_joint = true;     // weights of all cameras of a frame sum to 1; false: those of each camera
  FrameSpread image_share;  // of all attention of the action rows
  std::vector<CameraSummary> cameras;
};

/// `rows` of any episodes, together. `cameras` names those of the rows.
AttentionSummary summarise_attention(std::span<const AttentionRow> rows, const std::vector<std::string>& cameras,
                                     const BootstrapOptions& options);

}  // namespace awd
