// Plain-text tables of an attention summary.
#include <fmt/format.h>

#include <cmath>

#include "analysis/attention/attention_report.h"
#include "analysis/text_table.h"

namespace awd {
namespace {

constexpr const char* kNoLabels = "not known: the recording has no labels\n";

/// "a-b (mean)" of P10, P90 and mean, with `digits` behind the point and `unit` behind the range and the mean.
std::string range_text(const FrameSpread& spread, int digits, double scale = 1, const std::string& unit = "") {
  if (spread.frames == 0) return "not known";
  return fmt::format("{0:.{3}f}-{1:.{3}f}{4} ({2:.{3}f}{4})", scale * spread.p10, scale * spread.p90,
                     scale * spread.mean.value, digits, unit);
}

std::string interval_text(const RatioEstimate& estimate, double scale = 1, int digits = 2) {
  if (std::isnan(estimate.value)) return "-";
  if (std::isnan(estimate.ci95.low)) return fmt::format("{:.{}f}", scale * estimate.value, digits);
  return fmt::format("{0:.{3}f} ({1:.{3}f}-{2:.{3}f})", scale * estimate.value, scale * estimate.ci95.low,
                     scale * estimate.ci95.high, digits);
}

std::string percent(double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100 * share); }

std::string study_table(const AttentionSummary& summary) {
  TextTable table{{{"Camera", true}, {"Max Weight"}, {"Mean Weight"}, {"Max/Mean Ratio"}}, {}};
  for (const CameraSummary& camera : summary.cameras) {
    table.rows.push_back({camera.name, range_text(camera.max, 3), range_text(camera.mean, 4),
                          range_text(camera.max_over_mean, 0, 1, "x")});
  }
  const char* const note =
      summary.is_joint ? "weights of all cameras of a frame sum to 1" : "weights of each camera sum to 1";
  return table.render() + fmt::format("P10-P90 over frames (mean); {}\n", note);
}

std::string focus_table(const AttentionSummary& summary) {
  TextTable table{
      {{"Camera", true}, {"Entropy, nats"}, {"Of ln 256"}, {"Half of it lies on"}, {"Share of image attention"}}, {}};
  for (const CameraSummary& camera : summary.cameras) {
    table.rows.push_back({camera.name, range_text(camera.entropy_nats, 2), range_text(camera.entropy_share, 2),
                          range_text(camera.half_mass_area, 1, 100, " %"), range_text(camera.share, 1, 100, " %")});
  }
  std::string text = "Focus\n" + table.render();
  if (summary.image_share.frames > 0) {
    text += fmt::format("images hold {} of all attention of the action rows\n",
                        range_text(summary.image_share, 1, 100, " %"));
  }
  return text;
}

std::string label_table(const AttentionSummary& summary) {
  TextTable table{{{"Camera", true}, {"On", true}, {"Attention, % (95 %)"}, {"Area"}, {"Times its area (95 %)"}}, {}};
  for (const CameraSummary& camera : summary.cameras) {
    if (!camera.has_labels) continue;
    for (const SceneLabel label :
         {SceneLabel::kTarget, SceneLabel::kRobot, SceneLabel::kGoal, SceneLabel::kOther, SceneLabel::kBackground}) {
      const LabelFocus& focus = camera.labels[std::size_t(label)];
      table.rows.push_back({camera.name, std::string(kSceneLabelWords[std::size_t(label)]),
                            interval_text(focus.attention, 100, 1), percent(focus.area),
                            interval_text(focus.enrichment)});
    }
  }
  return "What attention lies on\n" + (table.rows.empty() ? kNoLabels : table.render());
}

std::string phase_table(const AttentionSummary& summary) {
  TextTable table{{{"Camera", true},
                   {"Phase", true},
                   {"Frames"},
                   {"Max/Mean Ratio"},
                   {"Target, times its area (95 %)"},
                   {"Robot, times its area (95 %)"}},
                  {}};
  for (const CameraSummary& camera : summary.cameras) {
    for (const PhaseFocus& phase : camera.phases) {
      table.rows.push_back({camera.name, phase.phase, fmt::format("{}", phase.frames),
                            interval_text(phase.max_over_mean, 1, 1), interval_text(phase.target),
                            interval_text(phase.robot)});
    }
  }
  return table.rows.empty() ? "" : "\nBy phase\n" + table.render();
}

std::string coverage_table(const AttentionSummary& summary) {
  TextTable table{{{"Camera", true}, {"Target", true}, {"Frames ahead"}, {"Frames"}}, {}};
  for (const std::string_view region : kAttendedRegionWords) {
    table.columns.push_back({fmt::format("{} covers, %", region)});
    table.columns.push_back({"of area"});
    table.columns.push_back({"lift (95 %)"});
  }
  for (const CameraSummary& camera : summary.cameras) {
    if (!camera.has_labels) continue;
    for (std::size_t part = 0; part < kTargetPartWords.size(); ++part) {
      for (std::size_t ahead = 0; ahead < kLookAhead.size(); ++ahead) {
        const LookAheadCoverage& coverage = camera.coverage[part][ahead];
        std::vector<std::string> cells{camera.name, std::string(kTargetPartWords[part]),
                                       fmt::format("{}", kLookAhead[ahead]), fmt::format("{}", coverage.frames)};
        for (const RegionHit& hit : coverage.regions) {
          cells.push_back(percent(hit.covered.value));
          cells.push_back(percent(hit.area));
          cells.push_back(interval_text(hit.lift));
        }
        table.rows.push_back(std::move(cells));
      }
    }
  }
  if (table.rows.empty()) return std::string("Where the target is some frames later\n") + kNoLabels;
  return "Where the target is some frames later: share of it inside the attended region (new: of where it was not "
         "before)\n" +
         table.render() +
         "raw: above the map's mean; dilated: the dilated map above its own mean; grown: the dilated map above the "
         "raw map's mean; lift: against a random region of that area\n";
}

}  // namespace

std::string AttentionAbout::selected() const {
  if (importance != "attention") return fmt::format("importance {}", importance);
  const auto words = [](const char* what, int first, int last, int count) {
    if (first == 0 && last + 1 == count) return fmt::format("all {} {}s", count, what);
    if (first == last) return fmt::format("{} {} of 0-{}", what, first, count - 1);
    return fmt::format("{}s {}-{} of 0-{}", what, first, last, count - 1);
  };
  return fmt::format("{}, {}, {}", words("layer", selection.first_layer, selection.last_layer, shape.layers),
                     words("flow step", selection.first_step, selection.last_step, shape.steps),
                     words("head", selection.first_head, selection.last_head, shape.heads));
}

std::string attention_text(const AttentionSummary& summary, const AttentionAbout& about) {
  std::string text = fmt::format("{}: {} frames of {} episodes of {} ({}); {}\n\n", about.policy, summary.frames,
                                 summary.episodes, about.input, about.format, about.selected());
  text += study_table(summary) + "\n" + focus_table(summary) + "\n" + label_table(summary) + phase_table(summary) +
          "\n" + coverage_table(summary) + "\nWhat the study expects\n";
  for (const AttentionClaim& claim : attention_claims(summary)) {
    text += fmt::format("  {}, {}: {}. {}\n", claim.camera, claim.expectation, kAnswerWords[std::size_t(claim.answer)],
                        claim.text);
  }
  return text;
}

}  // namespace awd
