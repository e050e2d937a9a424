// What a run was, in a few lines, and what a reader has to know before trusting its numbers.
#pragma once

#include <string>
#include <vector>

#include "analysis/report/run_report.h"

namespace awd::report {

struct Fact {
  std::string title;
  std::string text;
};

/// Episodes, tasks, scenarios, policy, version, time and machine.
std::vector<Fact> run_facts(const RunReport& report);

/// Plain sentences: what was checked, how wide the intervals are, what is missing.
std::vector<std::string> run_remarks(const RunReport& report);

}  // namespace awd::report
