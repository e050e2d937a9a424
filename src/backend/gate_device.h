// DeviceGate: what the gate asks of the pictures, computed on a device: where the pictures may lie already, and the
// attention they are weighted with does. The numbers are those of the CPU's gate (docs/gate.md), sums in its order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "awd/gate.h"
#include "awd/types.h"
#include "backend/tensor.h"

namespace awd {

/// An RGB picture of bytes: channel k of pixel (row, col) lies at data + row * row_bytes + col * col_bytes +
/// k * channel_bytes. `data == nullptr`: camera missing.
struct DevicePicture {
  const std::uint8_t* data = nullptr;
  int height = 0;
  int width = 0;
  std::ptrdiff_t row_bytes = 0;
  std::ptrdiff_t col_bytes = 3;
  std::ptrdiff_t channel_bytes = 1;
  bool on_device = false;  // in memory that the device reads by itself: its own, or pinned host memory

  bool empty() const { return data == nullptr; }
};

/// A picture in host memory, or wherever a DeviceGate finds it when it looks at the address.
DevicePicture host_picture(const ImageView& view);

/// A picture in memory that the device reads, rows without gaps.
DevicePicture device_picture(const std::uint8_t* data, int height, int width);

/// One as the CUDA array interface and DLPack describe it: uint8 of `shape` [height, width, 3], `strides` in bytes;
/// empty strides mean no gaps. Throws awd::Error on another shape.
DevicePicture strided_picture(const void* data, std::span<const std::int64_t> shape,
                              std::span<const std::int64_t> strides, bool on_device);

/// All cameras of DeviceGateOptions::patch_cameras.
inline constexpr unsigned kAllCameras = (1u << kMaxCameras) - 1;

/// What a DeviceGate is made for; meaning and range as in GateOptions.
struct DeviceGateOptions {
  int cameras = 1;   // 1 .. kMaxCameras
  int height = 224;  // largest picture; a width of at most kMaxPictureWidth
  int width = 224;
  int pool = 8;
  int dilation = 5;
  PixelRange pixel_range = PixelRange::kUnit;
  unsigned patch_cameras = 0;  // bit mask: cameras whose patch colours are wanted, too
};

/// One control session; not thread-safe. Work is queued on one stream; only signals() and importance() wait for it.
class DeviceGate {
 public:
  virtual ~DeviceGate() = default;

  /// Starts to compare `pictures`, one per camera, with what is held. `producer` is the stream whose work so far makes
  /// them, numbered as in the CUDA array interface; 0: they are complete. Pictures must stay as they are until
  /// signals() has returned. Pinned host memory is read in place, pageable memory is copied to pinned memory first.
  /// Throws awd::Error on pictures that do not fit the options.
  virtual void look(std::span<const DevicePicture> pictures, std::uintptr_t producer = 0) = 0;

  /// Waits for the last look: one entry per camera, valid until the next call. Throws awd::Error if the device failed.
  virtual std::span<const PictureSignals> signals() = 0;

  /// The pictures of the last look become the anchor, weighted with these maps.
  /// Throws awd::Error on an importance that is negative or not finite.
  virtual void hold(const ImportanceMaps& importance) = 0;

  /// The same with maps made on the device: relevance of a token = sum over the rows of `key_share`, f32 in device
  /// memory, [rows, >= kPatchCells * present cameras] in camera order; every map divided by its sum. Reads them after
  /// the work that is queued on `producer` so far, and before work queued on it later.
  virtual void hold_attention(const Tensor& key_share, std::uintptr_t producer = 0) = 0;

  /// Waits for the last hold: the maps in use; zeros for a missing camera.
  /// Throws awd::Error if one is not finite or negative.
  virtual const ImportanceMaps& importance() = 0;
};

/// On the current CUDA device, on a stream of its own. Throws awd::Error on options that check_gate_options() would
/// refuse, or without a device.
std::unique_ptr<DeviceGate> make_cuda_gate(const DeviceGateOptions& options);

/// Whether memory is a GPU's own, which the host must not touch. Needs a device, or a build without CUDA.
bool is_device_memory(const void* memory);

}  // namespace awd
