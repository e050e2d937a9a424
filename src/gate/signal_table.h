// One row per signal: its score, its limit, the reason it gives; and which signals a gate reads.
#pragma once

#include <array>

#include "awd/gate.h"

namespace awd {

struct SignalRow {
  GateSignal signal;
  Reason reason;
  double SignalLimits::*limit;
  double Scores::*score;
};

/// In the order of GateSignal: cheapest first.
inline constexpr std::array<SignalRow, kGateSignalCount> kSignalRows{{
    {GateSignal::kStateDrift, Reason::kStateGuard, &SignalLimits::state_drift, &Scores::state_drift},
    {GateSignal::kJointDrift, Reason::kJointDrift, &SignalLimits::joint_drift, &Scores::joint_drift},
    {GateSignal::kTcpDrift, Reason::kTcpDrift, &SignalLimits::tcp_drift, &Scores::tcp_drift},
    {GateSignal::kRotationDrift, Reason::kRotationDrift, &SignalLimits::rotation_drift, &Scores::rotation_drift},
    {GateSignal::kPositionResidual, Reason::kPositionResidual, &SignalLimits::position_residual,
     &Scores::position_residual},
    {GateSignal::kRotationResidual, Reason::kRotationResidual, &SignalLimits::rotation_residual,
     &Scores::rotation_residual},
    {GateSignal::kGripperResidual, Reason::kGripperResidual, &SignalLimits::gripper_residual,
     &Scores::gripper_residual},
    {GateSignal::kMaskedResidual, Reason::kMaskedResidual, &SignalLimits::masked_residual, &Scores::masked_residual},
    {GateSignal::kSceneMotion, Reason::kSceneMotion, &SignalLimits::scene_motion, &Scores::scene_motion},
    {GateSignal::kCompensatedDrift, Reason::kCompensatedDrift, &SignalLimits::compensated_drift,
     &Scores::compensated_drift},
    {GateSignal::kRawDrift, Reason::kRawDrift, &SignalLimits::raw_drift, &Scores::raw_drift},
    {GateSignal::kWeightedDrift, Reason::kVisionDrift, &SignalLimits::weighted_drift, &Scores::weighted_drift},
    {GateSignal::kLocalOutlier, Reason::kLocalOutlier, &SignalLimits::local_outlier, &Scores::local_outlier},
    {GateSignal::kDissimilarity, Reason::kCosine, &SignalLimits::dissimilarity, &Scores::cosine},
    {GateSignal::kPatchChange, Reason::kPatchChange, &SignalLimits::patch_change, &Scores::patch_change},
}};

/// Whether a decision with these options looks at the signal at all.
bool reads_signal(const GateOptions& options, GateSignal signal);

/// Whether camera `camera` is compared on the patch grid, and whether what it usually shows is remembered.
bool reads_patches(const GateOptions& options, int camera);
bool remembers_scene(const GateOptions& options, int camera);

/// Whether any signal is read that compares the pooled grid, or whole pictures.
bool reads_pooled(const GateOptions& options);
bool reads_pictures(const GateOptions& options);

/// Whether the importance maps matter.
bool reads_importance(const GateOptions& options);

}  // namespace awd
