// decide(): the rules of the gate, cheapest first.
#include <fmt/format.h>

#include "awd/error.h"
#include "awd/gate.h"
#include "base/rng.h"
#include "gate/rules.h"
#include "gate/scoring.h"
#include "gate/signal_table.h"

namespace awd {
namespace {

void check_fits(const Frame& frame, const Anchor& anchor) {
  if (frame.signals.empty() == anchor.has_signals) {
    throw Error("gate frame", anchor.has_signals ? "expected signals of the pictures as in the anchor, got none"
                                                 : "expected no signals of the pictures as in the anchor, got some");
  }
  if (int(frame.cameras.size()) != anchor.n_cameras) {
    throw Error("gate frame",
                fmt::format("expected {} cameras as in the anchor, got {}", anchor.n_cameras, frame.cameras.size()));
  }
  for (int c = 0; c < anchor.n_cameras; ++c) {
    const ImageView& view = frame.cameras[c];
    const Anchor::Camera& held = anchor.cameras[c];
    if (view.empty() == held.present) {
      throw Error("gate frame", fmt::format("camera {}: expected {} as in the anchor, got {}", c,
                                            held.present ? "a picture" : "no picture", view.empty() ? "none" : "one"));
    }
    if (held.present && (view.height != held.height || view.width != held.width)) {
      throw Error("gate frame", fmt::format("camera {}: expected {} x {} pixels as in the anchor, got {} x {}", c,
                                            held.height, held.width, view.height, view.width));
    }
  }
}

/// Uniform in [0, 1), the same for the same episode seed and step.
double draw(const GateState& state) {
  return double(mix_seed(state.seed, std::uint64_t(state.steps)) >> 11) * 0x1.0p-53;
}

/// Whether the score just computed of this signal asks for a recompute.
bool objects(const SignalRow& row, const Frame& frame, const GateOptions& options, const Scores& scores,
             GateState& state) {
  const double score = scores.of(row.signal);
  switch (options.kind) {
    case GateKind::kAwd:
      return (row.signal == GateSignal::kStateDrift && score > options.state_threshold) ||
             (row.signal == GateSignal::kWeightedDrift && score > options.drift_threshold);
    case GateKind::kCosine:
      return row.signal == GateSignal::kDissimilarity && scores.cosine < options.cosine_threshold;
    case GateKind::kSignals: {
      const double limit = options.limit.*row.limit;
      return limit > 0 && fires(score, limit, options.rules, frame.age, state.history[int(row.signal)]);
    }
    default:
      return false;
  }
}

/// The rules that look at no picture and no state; kReuse where none fires.
Reason cheap_rule(const Frame& frame, const GateOptions& options, const GateState& state, double switch_in) {
  const RuleOptions& rules = options.rules;
  switch (options.kind) {
    case GateKind::kAlways:
      return Reason::kAlways;
    case GateKind::kPeriod:
      return frame.age >= options.period ? Reason::kPeriod : Reason::kReuse;
    case GateKind::kRandom:
      return draw(state) < options.random_share ? Reason::kRandom : Reason::kReuse;
    case GateKind::kOracle:
      return frame.event ? Reason::kOracle : Reason::kReuse;
    case GateKind::kSignals:
      if (state.steps <= rules.warm_up) return Reason::kWarmUp;
      if (rules.max_age > 0 && frame.age >= rules.max_age) return Reason::kAgeCap;
      if (switch_in < rules.switch_within && frame.age >= rules.switch_age) return Reason::kGripperSwitch;
      return Reason::kReuse;
    default:
      return Reason::kReuse;
  }
}

}  // namespace

Decision decide(const Frame& frame, const Anchor& anchor, const GateOptions& options, GateState& state) {
  if (anchor.valid) check_fits(frame, anchor);
  observe(frame, options, state);
  if (!anchor.valid) return {};  // recompute, first step

  Decision decision{.verdict = Verdict::kReuse, .reason = Reason::kReuse, .age = frame.age};
  if (options.kind == GateKind::kSignals || options.explain) decision.scores.switch_in = score_switch(frame);
  decision.reason = cheap_rule(frame, options, state, decision.scores.switch_in);
  for (const SignalRow& row : kSignalRows) {
    const bool is_decided = decision.reason != Reason::kReuse;
    if (is_decided && !options.explain) break;
    if (!reads_signal(options, row.signal)) continue;
    score_signal(row.signal, frame, anchor, options, state, decision.scores);
    if (!is_decided && objects(row, frame, options, decision.scores, state)) decision.reason = row.reason;
  }
  if (decision.reason != Reason::kReuse) decision.verdict = Verdict::kRecompute;
  return decision;
}

}  // namespace awd
