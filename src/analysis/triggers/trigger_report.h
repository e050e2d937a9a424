// The triggers of a run or a recording as text for people and as triggers.json for programs.
#pragma once

#include <string>
#include <vector>

#include "analysis/made_by.h"
#include "analysis/triggers/trigger_summary.h"
#include "analysis/triggers/trigger_tally.h"

namespace awd {

struct TriggerReport {
  std::string input{};       // as given
  std::string format{};      // RecordingInfo::format
  double control_hz = 20;    // control steps per second
  bool open_loop = false;    // a gate's decisions on frames that were recorded whatever it decides
  std::string gate{};        // of open loop: name of its arm; else ""
  std::string importance{};  // of open loop: what weights the pictures; else ""
  std::string note{};        // what else to know
  TriggerOptions options{};
  MadeBy made_by{};
  std::vector<TriggerSummary> arms{};
};

/// Answers to "does the state guard fire in key phases" and "is the vision guard too frequent".
enum class Answer { kYes, kNo, kUndecided, kUnknown };
template <>
inline constexpr std::string_view kEnumWords<Answer>[] = {"yes", "no", "undecided", "unknown"};

/// Yes where the interval of the ratio lies above 1, no where it lies below; unknown without triggers or key steps.
Answer fires_in_key_phases(const Concentration& guard);
/// Yes where vision triggers more often than the target rate; unknown without any step.
Answer is_too_frequent(const TriggerSummary& arm, double target_rate);

/// Rates per arm, the three answers per arm, counts per task and phase, and the limits for the target rate.
std::string triggers_text(const TriggerReport& report);

/// Programs depend on the keys: add keys, never rename one.
std::string triggers_json(const TriggerReport& report);

}  // namespace awd
