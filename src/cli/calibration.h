// Chooses a gate's options from on-policy runs with a guarantee, and checks the choice on other seeds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/signals/risk_control.h"
#include "awd/engine.h"
#include "cli/calibrate_options.h"

namespace awd::cli {

/// One configuration of the grid and what it did.
struct Configuration {
  std::string arm;  // text that `awd eval --arms` takes
  TestedRisk risk;  // episodes that `none` wins; those among them that this arm loses
  double full_queries_per_step = 0;
};

struct Calibration {
  CalibrateOptions options;
  std::vector<Configuration> configurations;
  std::optional<double> threshold;     // conformal: the signal's limit
  std::string chosen;                  // arm text; "" where nothing carries the guarantee
  std::string guarantee;               // in words
  std::optional<Configuration> check;  // the chosen arm on other seeds
};

/// Runs what is needed below `options.output.out` and chooses. Throws awd::Error on bad input, like run_evaluation().
Calibration calibrate(const CalibrateOptions& options, const EngineOptions& engine);

/// Every combination of "a=1,2;b=3,4" as "a=1,b=3", ...; "" gives one empty combination. Throws awd::Error on a text of
/// another form or more than 16 combinations.
std::vector<std::string> expand_grid(const std::string& grid);

/// `arm` with further "option=value,..." between its braces; an arm under a name of its own becomes NAME-`number`.
std::string configured_arm(const std::string& arm, const std::string& options, int number);

/// The result as JSON and as a table for people.
std::string calibration_json(const Calibration& calibration);
std::string calibration_table(const Calibration& calibration);

}  // namespace awd::cli
