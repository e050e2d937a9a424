// decide(): the rules of the gate, cheapest first.
#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "awd/gate.h"
#include "gate/cosine.h"
#include "gate/state_guard.h"
#include "gate/weighted_drift.h"

namespace awd {
namespace {

void check_fits(const Frame& frame, const Anchor& anchor) {
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

/// Mean or maximum over the cameras that have a picture.
double reduce(const std::array<double, kMaxCameras>& per_camera, const Anchor& anchor, CameraReduce how) {
  double sum = 0, largest = 0;
  int present = 0;
  for (int c = 0; c < anchor.n_cameras; ++c) {
    if (!anchor.cameras[c].present) continue;
    sum += per_camera[c];
    largest = std::max(largest, per_camera[c]);
    ++present;
  }
  return how == CameraReduce::kMean ? sum / present : largest;
}

void score_state(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  scores.state_drift = state_drift(guarded_state(frame.state, frame.joints, options.state_source),
                                   guarded_state(anchor.state, anchor.joints, options.state_source));
}

void score_drift(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  for (int c = 0; c < anchor.n_cameras; ++c) {
    if (!anchor.cameras[c].present) continue;
    const CameraDrift drift = camera_drift(frame.cameras[c], anchor.cameras[c], options.pool, options.pixel_range);
    scores.raw_drift_per_camera[c] = drift.raw;
    scores.weighted_drift_per_camera[c] = drift.weighted;
  }
  scores.raw_drift = reduce(scores.raw_drift_per_camera, anchor, options.camera_reduce);
  scores.weighted_drift = reduce(scores.weighted_drift_per_camera, anchor, options.camera_reduce);
}

void score_cosine(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  scores.cosine = 1;
  for (int c = 0; c < anchor.n_cameras; ++c) {
    const Anchor::Camera& held = anchor.cameras[c];
    if (!held.present) continue;
    scores.cosine_per_camera[c] =
        cosine_similarity(held.picture, {frame.cameras[c].data, held.picture.size()}, options.pixel_range);
    scores.cosine = std::min(scores.cosine, scores.cosine_per_camera[c]);
  }
}

}  // namespace

Decision decide(const Frame& frame, const Anchor& anchor, const GateOptions& options, GateState& /*state*/) {
  if (!anchor.valid) return {};  // recompute, first step
  check_fits(frame, anchor);

  Decision decision{.verdict = Verdict::kReuse, .reason = Reason::kReuse, .age = frame.age};
  const auto fire = [&decision](Reason reason) {
    if (decision.reason == Reason::kReuse) decision.reason = reason;
    decision.verdict = Verdict::kRecompute;
  };
  const auto wants = [&](GateKind kind) {
    return options.explain || (options.kind == kind && decision.verdict == Verdict::kReuse);
  };

  if (options.kind == GateKind::kAlways) fire(Reason::kAlways);
  if (options.kind == GateKind::kPeriod && frame.age >= options.period) fire(Reason::kPeriod);
  if (wants(GateKind::kAwd)) {
    score_state(frame, anchor, options, decision.scores);
    const bool moved = decision.scores.state_drift > options.state_threshold;
    if (options.kind == GateKind::kAwd && moved) fire(Reason::kStateGuard);
  }
  if (wants(GateKind::kAwd)) {
    score_drift(frame, anchor, options, decision.scores);
    const bool drifted = decision.scores.weighted_drift > options.drift_threshold;
    if (options.kind == GateKind::kAwd && drifted) fire(Reason::kVisionDrift);
  }
  if (wants(GateKind::kCosine)) {
    score_cosine(frame, anchor, options, decision.scores);
    const bool similar = decision.scores.cosine >= options.cosine_threshold;
    if (options.kind == GateKind::kCosine && !similar) fire(Reason::kCosine);
  }
  return decision;
}

}  // namespace awd
