// The five kinds of reasons a step can have: what the analysis of triggers counts, and what figures colour by.
#pragma once

#include <array>
#include <string_view>

#include "awd/gate_scores.h"
#include "awd/options.h"

namespace awd {

/// In the order in which bars are stacked, bottom first.
enum class ReasonGroup {
  kRuntime,   // nothing usable is held: episode start, end of the chunk, other prompt or cameras
  kSchedule,  // a plan that looks at no change: every step, period, chance, warm-up, age, gripper veto, oracle
  kState,     // state guard: the robot is not where it was, or not where it should be
  kVision,    // vision guard: the pictures have changed
  kReuse,     // nothing fired
};
template <>
inline constexpr std::string_view kEnumWords<ReasonGroup>[] = {"runtime", "schedule", "state", "vision", "reuse"};
inline constexpr int kReasonGroupCount = 5;

/// Titles for legends and tables, in the order of ReasonGroup.
inline constexpr std::array<std::string_view, kReasonGroupCount> kReasonGroupTitles{
    "runtime rule", "schedule or veto", "state guard", "vision guard", "reuse"};

/// Reasons are ordered: rules of the runtime, schedules and vetoes, signals of the state, of the pictures, reuse.
constexpr ReasonGroup group_of(Reason reason) {
  if (reason < Reason::kAlways) return ReasonGroup::kRuntime;
  if (reason < Reason::kStateGuard) return ReasonGroup::kSchedule;
  if (reason < Reason::kMaskedResidual) return ReasonGroup::kState;
  return reason < Reason::kReuse ? ReasonGroup::kVision : ReasonGroup::kReuse;
}

}  // namespace awd
