// Translates gate options and observations for a DeviceGate.
#include "runtime/device_signals.h"

#include <algorithm>
#include <array>

#include "awd/error.h"
#include "gate/signal_table.h"

namespace awd {
namespace {

/// Bit mask of the cameras that are compared on the patch grid.
unsigned patch_cameras(const GateOptions& options, int cameras) {
  unsigned mask = 0;
  for (int c = 0; c < cameras; ++c) mask |= unsigned(reads_patches(options, c)) << c;
  return mask;
}

}  // namespace

DeviceGateOptions device_gate_options(const EngineInfo& info, const GateOptions& options) {
  const int cameras = int(info.cameras.size());
  return {.cameras = cameras,
          .height = info.image_size,
          .width = info.image_size,
          .pool = options.pool,
          .dilation = options.dilation,
          .pixel_range = options.pixel_range,
          .patch_cameras = patch_cameras(options, cameras)};
}

std::unique_ptr<DeviceGate> make_device_gate(const EngineInfo& info, const GateOptions& options) {
  const DeviceGateOptions wanted = device_gate_options(info, options);
  return reads_pooled(options) || wanted.patch_cameras != 0 ? make_cuda_gate(wanted) : nullptr;
}

void check_places(const Observation& observation, const GateOptions& gate, ReuseMode mode) {
  if (!reads_pictures(gate) && mode != ReuseMode::kCamera && mode != ReuseMode::kToken) return;
  for (const ImageView& view : observation.cameras) {
    if (view.empty() || !is_device_memory(view.data)) continue;
    throw Error("observation",
                "cameras: expected pictures in host memory for a gate with dissimilarity, patch_change or "
                "explain, and for modes camera and token, got one on the device");
  }
}

void start_look(const Observation& observation, DeviceGate& gate) {
  std::array<DevicePicture, kMaxCameras> pictures;
  std::ranges::transform(observation.cameras, pictures.begin(), host_picture);
  gate.look(std::span(pictures).first(observation.cameras.size()));
}

void hold_look(const ImportanceMaps& importance, const GateOptions& options, DeviceGate& gate) {
  if (reads_importance(options) && !options.uniform_importance) return gate.hold(importance);
  ImportanceMaps even;
  even.n_cameras = int(gate.signals().size());
  for (auto& map : even.map) map.fill(1.0f / kPatchCells);
  gate.hold(even);
}

}  // namespace awd
