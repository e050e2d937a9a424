// Arms: one name says which gate decides and what is done on reuse. `awd eval --arms` and the server read these names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "awd/policy.h"
#include "base/options_io.h"
#include "runtime/reuse_options.h"

namespace awd {

/// One evaluated configuration of a policy.
struct Arm {
  std::string name{};
  GateOptions gate{};
  ReuseOptions reuse{};
  /// Set for random:matched: random_share is still to be found, so that queries are as frequent as in the arm of this
  /// name; "" for the first arm of the same call whose gate looks at something.
  std::optional<std::string> matched_to{};
};

/// Whether the gate decides by what it sees, not by a schedule, by chance or by knowing what the simulator does.
bool is_gated(const Arm& arm);

/// Reads one arm:
///   none | fixed:H | period:K:MODE | random:P | random:matched | random:matched:ARM | oracle | cosine | awd-restart |
///   awd-aligned | awd-guarded, each with optional {option=value,...}
///   NAME{gate=...,mode=...,option=value,...}: any combination under a name of your own, from the options' defaults
/// Throws awd::Error naming the arm, what was expected (known arms or options) and what was given.
Arm parse_arm(const std::string& text);

/// Reads a comma-separated list; commas inside braces do not split. Throws awd::Error on an empty list, an empty
/// element, or a name that comes twice.
std::vector<Arm> parse_arms(const std::string& comma_list);

/// All options of an arm with their values, gate first, for run manifests.
std::vector<OptionText> arm_options(const Arm& arm);

/// A policy that runs `arm` on `engine`, with a session of its own. Make one per thread.
/// Throws awd::Error when an option does not fit the checkpoint (pool, dilation, execute), or when the arm is still to
/// be matched to another.
std::unique_ptr<Policy> make_policy(std::shared_ptr<const Engine> engine, const Arm& arm);

}  // namespace awd
