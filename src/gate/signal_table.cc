// Which signals a gate reads: those its kind compares, those with a limit, all with `explain`.
#include "gate/signal_table.h"

namespace awd {
namespace {

constexpr bool rows_follow_the_enum() {
  for (int i = 0; i < kGateSignalCount; ++i) {
    if (kSignalRows[i].signal != GateSignal(i)) return false;
  }
  return true;
}
static_assert(rows_follow_the_enum());

bool is_fixed(const GateOptions& options, int camera) { return (options.residual.fixed_cameras >> camera & 1) != 0; }

}  // namespace

double Scores::of(GateSignal signal) const {
  return signal == GateSignal::kDissimilarity ? 1 - cosine : this->*kSignalRows[int(signal)].score;
}

bool reads_signal(const GateOptions& options, GateSignal signal) {
  if (options.explain) return true;
  switch (options.kind) {
    case GateKind::kAwd:
      return signal == GateSignal::kStateDrift || signal == GateSignal::kWeightedDrift;
    case GateKind::kCosine:
      return signal == GateSignal::kDissimilarity;
    case GateKind::kSignals:
      return options.limit.*kSignalRows[int(signal)].limit > 0;
    default:
      return false;
  }
}

bool remembers_scene(const GateOptions& options, int camera) {
  return is_fixed(options, camera) &&
         (reads_signal(options, GateSignal::kMaskedResidual) || reads_signal(options, GateSignal::kSceneMotion));
}

bool reads_patches(const GateOptions& options, int camera) {
  return remembers_scene(options, camera) || reads_signal(options, GateSignal::kCompensatedDrift);
}

bool reads_pooled(const GateOptions& options) {
  return reads_signal(options, GateSignal::kRawDrift) || reads_signal(options, GateSignal::kWeightedDrift) ||
         reads_signal(options, GateSignal::kLocalOutlier);
}

bool reads_pictures(const GateOptions& options) {
  return reads_signal(options, GateSignal::kDissimilarity) || reads_signal(options, GateSignal::kPatchChange);
}

bool reads_importance(const GateOptions& options) {
  const bool excuses_less = options.residual.attended_noise < 1 && reads_signal(options, GateSignal::kMaskedResidual);
  return excuses_less || reads_signal(options, GateSignal::kSceneMotion) || reads_pooled(options);
}

}  // namespace awd
