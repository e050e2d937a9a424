// Parses arm texts such as "period:5:aligned" or "mine{gate=awd,mode=aligned,pool=4}" into gate and reuse options, and
// makes the policy that runs them.
#include "runtime/arm.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "awd/error.h"
#include "awd/reuse.h"
#include "base/named_text.h"
#include "runtime/device_signals.h"
#include "runtime/reuse_policy.h"

namespace awd {
namespace {

constexpr std::string_view kKnownArms =
    "none, fixed:H, period:K:MODE, random:P, random:matched, random:matched:ARM, oracle, cosine, awd-restart, "
    "awd-aligned, awd-guarded, or NAME{gate=...,mode=...,option=value,...}";
constexpr std::string_view kMatched = "random:matched";

/// "HEAD{BODY}" taken apart.
struct ArmText {
  std::string head;
  std::string body;
  bool has_body = false;
};

ArmText split_braces(const std::string& text, const std::string& where) {
  const std::size_t open = text.find('{');
  if (open == std::string::npos && text.find('}') == std::string::npos) return {text, "", false};
  if (open == std::string::npos || text.find('}') != text.size() - 1 || text.find('{', open + 1) != std::string::npos) {
    throw Error(where, fmt::format("expected braces as in NAME{{option=value,...}}, got \"{}\"", text));
  }
  return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2), true};
}

/// Sets one option of the gate or of the reuse, whichever has it.
void set_arm_option(Arm& arm, std::string_view name, std::string_view value, const std::string& where) {
  if (set_option(arm.gate, name, value, where) || set_option(arm.reuse, name, value, where)) return;
  throw Error(where, fmt::format("expected an option of {}, {}, got \"{}\"", option_names<GateOptions>(),
                                 option_names<ReuseOptions>(), name));
}

/// Applies "a=1,b=2"; true if both `gate` and `mode` are among the names.
bool apply_overrides(Arm& arm, const std::string& body, const std::string& where) {
  bool sets_gate = false, sets_mode = false;
  for (const std::string& assignment : split_outside_braces(body, ',')) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      throw Error(where, fmt::format("expected option=value between the braces, got \"{}\"", assignment));
    }
    const std::string name = assignment.substr(0, equals);
    set_arm_option(arm, name, assignment.substr(equals + 1), where);
    sets_gate |= name == "gate";
    sets_mode |= name == "mode";
  }
  return sets_gate && sets_mode;
}

/// The thresholds the study recommends after its drift analysis: the 90th and 75th percentile of what it saw.
GateOptions recommended_gate() { return {.kind = GateKind::kAwd, .state_threshold = 0.23, .drift_threshold = 1.0}; }

/// Fills `arm` from a head such as "period:5:aligned". False if the head is not a known arm.
bool apply_known_arm(Arm& arm, const std::string& head, const std::string& where) {
  const std::vector<std::string> words = split_outside_braces(head, ':');
  const auto has_words = [&](std::string_view name, std::size_t n) { return words[0] == name && words.size() == n; };
  if (has_words("none", 1)) {
    arm.gate.kind = GateKind::kAlways;
  } else if (has_words("fixed", 2)) {
    arm.gate.kind = GateKind::kNever;
    set_arm_option(arm, "execute", words[1], where);
    if (arm.reuse.execute == 0) throw Error(where, "expected fixed:H with H of at least 1 step, got 0");
  } else if (has_words("period", 3)) {
    arm.gate.kind = GateKind::kPeriod;
    set_arm_option(arm, "period", words[1], where);
    set_arm_option(arm, "mode", words[2], where);
  } else if (head.starts_with(kMatched) && (words.size() == 2 || words.size() == 3)) {
    arm.gate.kind = GateKind::kRandom;
    arm.gate.random_share = 0;
    arm.matched_to = words.size() == 3 ? words[2] : "";
  } else if (has_words("random", 2)) {
    arm.gate.kind = GateKind::kRandom;
    set_arm_option(arm, "random_share", words[1], where);
  } else if (has_words("oracle", 1)) {
    arm.gate.kind = GateKind::kOracle;
  } else if (has_words("awd-guarded", 1)) {
    arm.gate = recommended_guard();
  } else if (has_words("cosine", 1)) {
    arm.gate.kind = GateKind::kCosine;
    arm.reuse.mode = ReuseMode::kRestart;
  } else if (has_words("awd-restart", 1)) {
    arm.gate = recommended_gate();
    arm.reuse.mode = ReuseMode::kRestart;
  } else if (has_words("awd-aligned", 1)) {
    arm.gate = recommended_gate();
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool is_gated(const Arm& arm) {
  switch (arm.gate.kind) {
    case GateKind::kCosine:
    case GateKind::kAwd:
    case GateKind::kSignals:
      return true;
    default:
      return false;
  }
}

Arm parse_arm(const std::string& text) {
  const std::string where = fmt::format("arm {}", text);
  const ArmText parts = split_braces(text, where);
  Arm arm;
  arm.name = text;
  const bool is_known = apply_known_arm(arm, parts.head, where);
  const bool sets_both = parts.has_body && apply_overrides(arm, parts.body, where);
  if (is_known) return arm;

  if (parts.head.empty() || !sets_both) throw Error(where, fmt::format("expected {}, got \"{}\"", kKnownArms, text));
  arm.name = parts.head;
  return arm;
}

std::vector<Arm> parse_arms(const std::string& comma_list) {
  std::vector<Arm> arms;
  for (const std::string& text : split_outside_braces(comma_list, ',')) {
    arms.push_back(parse_arm(text));
    if (std::ranges::count(arms, arms.back().name, &Arm::name) > 1) {
      throw Error("arms", fmt::format("expected every name once, got \"{}\" twice", arms.back().name));
    }
  }
  return arms;
}

std::vector<OptionText> arm_options(const Arm& arm) {
  std::vector<OptionText> options = list_options(arm.gate);
  std::ranges::move(list_options(arm.reuse), std::back_inserter(options));
  return options;
}

std::unique_ptr<Policy> make_policy(std::shared_ptr<const Engine> engine, const std::string& arm) {
  return make_policy(std::move(engine), parse_arm(arm));
}

std::unique_ptr<Policy> make_policy(std::shared_ptr<const Engine> engine, const Arm& arm) {
  if (arm.matched_to) {
    throw Error("arm " + arm.name, "expected random:P, got an arm that is matched to another in an evaluation only");
  }
  const EngineInfo info = engine->info();
  auto device_gate = arm.reuse.gate_device == GateDevice::kCuda ? make_device_gate(info, arm.gate) : nullptr;
  return std::make_unique<ReusePolicy>(info, Session::create(std::move(engine)), arm.gate, arm.reuse,
                                       std::move(device_gate));
}

}  // namespace awd
