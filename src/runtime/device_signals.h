// Between a policy and a DeviceGate: what is asked of it for a gate, and how a step's pictures get there.
#pragma once

#include <memory>

#include "awd/engine.h"
#include "awd/gate.h"
#include "backend/gate_device.h"
#include "runtime/reuse_options.h"

namespace awd {

/// What a gate with `options` needs of a device that looks at the pictures of a policy.
DeviceGateOptions device_gate_options(const EngineInfo& info, const GateOptions& options);

/// On the current CUDA device; null for a gate that asks nothing of pictures which a device computes.
/// Throws awd::Error without a device.
std::unique_ptr<DeviceGate> make_device_gate(const EngineInfo& info, const GateOptions& options);

/// Pictures may lie in the memory of the GPU (ImageView::data is a device pointer) where nothing reads their pixels on
/// the CPU: not for the signals dissimilarity and patch_change, and not in the modes camera and token.
/// Throws awd::Error where one does and must not.
void check_places(const Observation& observation, const GateOptions& gate, ReuseMode mode);

/// Starts to look at the pictures of a step.
void start_look(const Observation& observation, DeviceGate& gate);

/// Holds the pictures of the last look, as set_anchor() holds their frame.
void hold_look(const ImportanceMaps& importance, const GateOptions& options, DeviceGate& gate);

}  // namespace awd
