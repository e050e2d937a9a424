// What calibration reads from run directories: which episodes an arm loses, and how high a signal rises.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "analysis/signals/risk_control.h"
#include "awd/gate_scores.h"

namespace awd::cli {

/// One arm of a run directory against its arm `none`.
struct ArmLoss {
  std::string arm;
  RiskCount lost;  // n: episodes that `none` wins; bad: those of them that the arm loses
  std::int64_t steps = 0;
  std::int64_t full_queries = 0;
};

/// Every arm but `none`, in order of appearance. Throws awd::Error on a run without `none`.
std::vector<ArmLoss> read_losses(const std::filesystem::path& run);

/// Texts of the arms of a run, by name, that `awd eval --arms` takes, from its run.json.
std::map<std::string, std::string> read_arm_texts(const std::filesystem::path& run);

/// The largest score of a signal in every successful episode. Throws awd::Error without steps.jsonl.
std::vector<double> read_maxima(const std::filesystem::path& run, GateSignal signal);

/// Successful episodes, and those among them with a false recompute.
RiskCount read_false_alarms(const std::filesystem::path& run);

}  // namespace awd::cli
