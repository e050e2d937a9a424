// Everything is a ratio of sums over the frames of an episode; only quantiles are over single frames.
#include "analysis/attention/attention_summary.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/stats.h"

namespace awd {
namespace {

using Rows = std::span<const AttentionRow>;

/// Rows -> one estimate: sums what `part_of` gives per episode. A frame that does not count gives 0 / 0.
class Estimator {
 public:
  Estimator(Rows rows, const BootstrapOptions& options) : rows_(rows), options_(options) {
    for (const AttentionRow& row : rows) episodes_ = std::max(episodes_, row.episode + 1);
  }

  Rows rows() const { return rows_; }

  template <class F>
  RatioEstimate ratio(F&& part_of) const {
    std::vector<RatioPart> parts(static_cast<std::size_t>(episodes_));
    for (const AttentionRow& row : rows_) {
      const RatioPart part = part_of(row);
      parts[std::size_t(row.episode)].numerator += part.numerator;
      parts[std::size_t(row.episode)].denominator += part.denominator;
    }
    return estimate_ratio(parts, options_);
  }

  /// `value_of` gives NaN where a frame does not count.
  template <class F>
  RatioEstimate mean(F&& value_of) const {
    return ratio([&](const AttentionRow& row) {
      const double value = value_of(row);
      return std::isnan(value) ? RatioPart{} : RatioPart{value, 1};
    });
  }

  template <class F>
  FrameSpread spread(F&& value_of) const {
    std::vector<double> values;
    for (const AttentionRow& row : rows_) {
      const double value = value_of(row);
      if (!std::isnan(value)) values.push_back(value);
    }
    return {.frames = std::int64_t(values.size()),
            .p10 = quantile(values, 0.1),
            .p90 = quantile(values, 0.9),
            .mean = mean(value_of)};
  }

 private:
  Rows rows_;
  BootstrapOptions options_;
  int episodes_ = 0;
};

/// Attention on `label` against its area in camera `c`, over rows for which `counts` holds.
template <class F>
RatioEstimate enrichment(const Estimator& estimator, std::size_t c, SceneLabel label, F&& counts) {
  return estimator.ratio([&](const AttentionRow& row) {
    const auto& labels = row.cameras[c].labels;
    if (!labels || !counts(row)) return RatioPart{};
    return RatioPart{labels->attention[std::size_t(label)], labels->area[std::size_t(label)]};
  });
}

LabelFocus label_focus(const Estimator& estimator, std::size_t c, SceneLabel label) {
  const auto of = [&](const AttentionRow& row, const auto& member) {
    const auto& labels = row.cameras[c].labels;
    return labels ? ((*labels).*member)[std::size_t(label)] : kNotKnown;
  };
  return {.attention = estimator.mean([&](const AttentionRow& row) { return of(row, &LabelShares::attention); }),
          .area = estimator.mean([&](const AttentionRow& row) { return of(row, &LabelShares::area); }).value,
          .enrichment = enrichment(estimator, c, label, [](const AttentionRow&) { return true; })};
}

LookAheadCoverage look_ahead(const Estimator& estimator, std::size_t c, std::size_t part, std::size_t ahead) {
  const auto covered = [&](const AttentionRow& row, AttendedRegion region) {
    return row.cameras[c].regions[std::size_t(region)].covered[part][ahead];
  };
  const auto gain = [&](AttendedRegion region) {
    return estimator.mean(
        [&](const AttentionRow& row) { return covered(row, region) - covered(row, AttendedRegion::kRaw); });
  };
  LookAheadCoverage result;
  for (const AttentionRow& row : estimator.rows()) {
    if (!std::isnan(covered(row, AttendedRegion::kRaw))) ++result.frames;
  }
  for (std::size_t r = 0; r < std::size_t(kAttendedRegionCount); ++r) {
    const auto region = AttendedRegion(r);
    const auto area = [&](const AttentionRow& row) {
      return std::isnan(covered(row, region)) ? kNotKnown : row.cameras[c].regions[r].area;
    };
    result.regions[r] = {.covered = estimator.mean([&](const AttentionRow& row) { return covered(row, region); }),
                         .area = estimator.mean(area).value,
                         .lift = estimator.ratio([&](const AttentionRow& row) {
                           const double value = covered(row, region);
                           return std::isnan(value) ? RatioPart{} : RatioPart{value, row.cameras[c].regions[r].area};
                         })};
  }
  result.dilated_gain = gain(AttendedRegion::kDilated);
  result.grown_gain = gain(AttendedRegion::kGrown);
  return result;
}

std::vector<PhaseFocus> phase_focus(const Estimator& estimator, std::size_t c) {
  std::vector<PhaseFocus> phases;
  for (const AttentionRow& row : estimator.rows()) {
    if (row.phase.empty()) continue;
    auto known = std::ranges::find(phases, row.phase, &PhaseFocus::phase);
    if (known == phases.end()) {
      known = phases.insert(phases.end(), {.phase = row.phase, .max_over_mean = {}, .target = {}, .robot = {}});
    }
    ++known->frames;
  }
  for (PhaseFocus& phase : phases) {
    const auto is_here = [&](const AttentionRow& row) { return row.phase == phase.phase; };
    phase.max_over_mean = estimator.mean(
        [&](const AttentionRow& row) { return is_here(row) ? row.cameras[c].focus.max_over_mean : kNotKnown; });
    phase.target = enrichment(estimator, c, SceneLabel::kTarget, is_here);
    phase.robot = enrichment(estimator, c, SceneLabel::kRobot, is_here);
  }
  return phases;
}

CameraSummary summarise_camera(const Estimator& estimator, std::size_t c, const std::string& name) {
  const auto focus = [&](double FocusStats::*member) {
    return estimator.spread([&](const AttentionRow& row) { return row.cameras[c].focus.*member; });
  };
  CameraSummary camera{.name = name,
                       .max = focus(&FocusStats::max),
                       .mean = focus(&FocusStats::mean),
                       .max_over_mean = focus(&FocusStats::max_over_mean),
                       .entropy_nats = focus(&FocusStats::entropy_nats),
                       .entropy_share = focus(&FocusStats::entropy_share),
                       .half_mass_area = focus(&FocusStats::half_mass_area),
                       .share = estimator.spread([&](const AttentionRow& row) { return row.cameras[c].share; }),
                       .labels = {},
                       .coverage = {},
                       .phases = phase_focus(estimator, c)};
  camera.has_labels =
      std::ranges::any_of(estimator.rows(), [c](const AttentionRow& row) { return row.cameras[c].labels.has_value(); });
  if (!camera.has_labels) return camera;
  for (std::size_t label = 0; label < std::size_t(kSceneLabelCount); ++label) {
    camera.labels[label] = label_focus(estimator, c, SceneLabel(label));
  }
  for (std::size_t part = 0; part < std::size_t(kTargetPartCount); ++part) {
    for (std::size_t ahead = 0; ahead < kLookAhead.size(); ++ahead) {
      camera.coverage[part][ahead] = look_ahead(estimator, c, part, ahead);
    }
  }
  return camera;
}

}  // namespace

AttentionSummary summarise_attention(Rows rows, const std::vector<std::string>& cameras,
                                     const BootstrapOptions& options) {
  const Estimator estimator(rows, options);
  AttentionSummary summary{.frames = std::int64_t(rows.size()), .image_share = {}, .cameras = {}};
  std::set<int> episodes;
  for (const AttentionRow& row : rows) {
    episodes.insert(row.episode);
    summary.is_joint = summary.is_joint && !std::isnan(row.cameras.at(0).share);
  }
  summary.episodes = int(episodes.size());
  summary.image_share = estimator.spread([](const AttentionRow& row) { return row.image_share; });
  for (std::size_t c = 0; c < cameras.size(); ++c) {
    summary.cameras.push_back(summarise_camera(estimator, c, cameras[c]));
  }
  return summary;
}

}  // namespace awd
