// Signal summaries as JSON for scripts and as tables for people.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/signals/signal_summary.h"
#include "analysis/text_table.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const Roc& roc) {
  Json points = Json::array();
  for (const RocPoint& p : roc.points) {
    points.push_back({{"threshold", p.threshold}, {"fpr", p.false_positive_rate}, {"tpr", p.true_positive_rate}});
  }
  return {{"auroc", number(roc.auroc)},
          {"ci95", {roc.ci95.low, roc.ci95.high}},
          {"samples", roc.cases},
          {"positives", roc.positives},
          {"roc", std::move(points)}};
}

Json to_json(const SignalSummary& summary) {
  Json signals = Json::array();
  for (const SignalRoc& signal : summary.signals) {
    signals.push_back(
        {{"signal", signal.signal}, {"loses", to_json(signal.loses)}, {"costly", to_json(signal.costly)}});
  }
  return {{"scenario", summary.scenario},
          {"more_steps", summary.more_steps},
          {"episodes", summary.episodes},
          {"samples", summary.samples},
          {"continued_wins", summary.continued_wins},
          {"replanned_wins", summary.replanned_wins},
          {"loses", summary.loses},
          {"costly", summary.costly},
          {"extra_steps", number(summary.extra_steps)},
          {"signals", std::move(signals)}};
}

std::string area_text(const Roc& roc) {
  if (std::isnan(roc.auroc)) return "-";
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", roc.auroc, roc.ci95.low, roc.ci95.high);
}

}  // namespace

std::string signals_json(std::span<const SignalSummary> summaries) {
  Json list = Json::array();
  for (const SignalSummary& summary : summaries) list.push_back(to_json(summary));
  return Json{{"costly_steps", kCostlySteps}, {"scenarios", std::move(list)}}.dump(2) + "\n";
}

std::string signals_table(std::span<const SignalSummary> summaries) {
  std::string text;
  for (const SignalSummary& s : summaries) {
    text += fmt::format(
        "{}: {} more steps of the held chunk lose {} of {} samples ({} episodes), cost {}+ steps or lose {}; "
        "continued wins {}, re-planned wins {}\n",
        s.scenario, s.more_steps, s.loses, s.samples, s.episodes, kCostlySteps, s.costly, s.continued_wins,
        s.replanned_wins);
    TextTable table;
    table.columns = {{"signal", true}, {"AUROC loses [95 % CI]"}, {"AUROC costly [95 % CI]"}, {"samples"}};
    for (const SignalRoc& signal : s.signals) {
      table.rows.push_back(
          {signal.signal, area_text(signal.loses), area_text(signal.costly), std::to_string(signal.loses.cases)});
    }
    text += table.render() + "\n";
  }
  return text;
}

}  // namespace awd
