// The policy that reuses: gate + engine + chunk buffer behind one call per control step.
#pragma once

#include <memory>
#include <string>

#include "awd/engine.h"
#include "awd/policy.h"

namespace awd {

/// A policy for one control session, by the name of an arm: "none", "fixed:10", "period:5:aligned", "awd-aligned",
/// "awd-aligned{drift_threshold=0.4}", or "NAME{gate=...,mode=...,option=value,...}" (docs/gate.md).
/// Weights are shared through `engine`; make one policy per thread. Throws awd::Error on an arm that does not exist,
/// naming those that do, and on options that do not fit the engine.
std::unique_ptr<Policy> make_policy(std::shared_ptr<const Engine> engine, const std::string& arm);

}  // namespace awd
