// A calibration as JSON for scripts and as a table for people.
#include <fmt/format.h>

#include <cmath>

#include "analysis/text_table.h"
#include "cli/calibration.h"
#include "cli/options_cli.h"

namespace awd::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kConfidence = 0.95;  // of the one-sided bounds that are printed beside a risk

double risk_of(const RiskCount& count) { return double(count.bad) / double(count.n); }

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const Configuration& configuration) {
  const RiskCount& count = configuration.risk.count;
  return {{"arm", configuration.arm},
          {"episodes", count.n},
          {"bad", count.bad},
          {"risk", number(risk_of(count))},
          {"risk_upper95", risk_upper_bound(count, kConfidence)},
          {"full_queries_per_step", number(configuration.full_queries_per_step)}};
}

std::string risk_text(const RiskCount& count) {
  return fmt::format("{}/{} = {:.1f} % (at most {:.1f} %)", count.bad, count.n, 100 * risk_of(count),
                     100 * risk_upper_bound(count, kConfidence));
}

}  // namespace

std::string calibration_json(const Calibration& calibration) {
  Json configurations = Json::array();
  for (const Configuration& configuration : calibration.configurations) {
    Json entry = to_json(configuration);
    entry["p"] = configuration.risk.p;
    entry["is_safe"] = configuration.risk.is_safe;
    configurations.push_back(std::move(entry));
  }
  Json check;
  if (calibration.check) {
    check = to_json(*calibration.check);
    check["limit"] = calibration.options.limit;
    check["is_within_limit"] = risk_of(calibration.check->risk.count) <= calibration.options.limit;
  }
  const Json json{{"options", options_json(calibration.options)},
                  {"configurations", std::move(configurations)},
                  {"threshold", calibration.threshold ? Json(*calibration.threshold) : Json(nullptr)},
                  {"chosen", calibration.chosen.empty() ? Json(nullptr) : Json(calibration.chosen)},
                  {"guarantee", calibration.guarantee},
                  {"check", std::move(check)}};
  return json.dump(2) + "\n";
}

std::string calibration_table(const Calibration& calibration) {
  std::string text;
  if (!calibration.configurations.empty()) {
    TextTable table;
    table.columns = {{"configuration", true}, {"episodes lost (95 % bound)"}, {"p"}, {"safe"}, {"queries/step"}};
    for (const Configuration& c : calibration.configurations) {
      table.rows.push_back({c.arm, risk_text(c.risk.count), fmt::format("{:.2g}", c.risk.p),
                            c.risk.is_safe ? "yes" : "no", fmt::format("{:.3f}", c.full_queries_per_step)});
    }
    text += table.render() + "\n";
  }
  if (calibration.chosen.empty()) return text + "chosen: nothing carries the guarantee; more episodes may help\n";
  text += fmt::format("chosen:    {}\npromise:   {}\n", calibration.chosen, calibration.guarantee);
  if (calibration.check) {
    text += fmt::format("held out:  {} against {:g} % promised\n", risk_text(calibration.check->risk.count),
                        100 * calibration.options.limit);
  }
  return text;
}

}  // namespace awd::cli
