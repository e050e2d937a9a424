// DeviceGate on a CUDA device: two kernels, results by mail.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "backend/cuda/gate/importance.h"
#include "backend/cuda/gate/look.h"
#include "backend/cuda/gate/memory.h"
#include "backend/gate_device.h"

namespace awd::cuda {

class CudaGate final : public DeviceGate {
 public:
  /// Queues its work on `stream`, which the caller keeps; null: on a stream of its own. Throws as make_cuda_gate().
  explicit CudaGate(const DeviceGateOptions& options, cudaStream_t stream = nullptr);
  ~CudaGate() override;

  void look(std::span<const DevicePicture> pictures, std::uintptr_t producer = 0) override;
  std::span<const PictureSignals> signals() override;
  void hold(const ImportanceMaps& importance) override;
  void hold_attention(const Tensor& key_share, std::uintptr_t producer = 0) override;
  const ImportanceMaps& importance() override;

 private:
  /// What is known of a camera's picture without asking the device.
  struct Size {
    int height = 0, width = 0;  // 0: no picture
    bool is_present() const { return height > 0; }
    bool operator==(const Size&) const = default;
  };
  struct Camera {
    DeviceArray<float> pooled[2];       // [3, rows, cols] of the last look and of the anchor; see now_
    DeviceArray<float> weight;          // [rows, cols]
    DeviceArray<float> difference;      // [rows, cols]
    MappedArray<std::uint8_t> staging;  // [height, width, 3], where a look found a picture in pageable memory
    MailWord* drift = nullptr;          // [kDriftWords] in mail_
    MailWord* patches = nullptr;        // [3, kPatchGrid, kPatchGrid] in mail_
    MailWord* map = nullptr;            // [kPatchGrid, kPatchGrid] in mail_
    Size now{}, held{};
  };

  void check_picture(const DevicePicture& picture, int camera) const;
  const std::uint8_t* readable(const DevicePicture& picture, Camera& camera);
  LookCamera look_camera(const DevicePicture& picture, int c);
  bool compares(const Camera& camera) const { return camera.now.is_present() && camera.now == camera.held; }
  bool has_patches(int camera) const;
  void receive_signals();
  void queue_hold(WeighArgs args);
  void start_after(std::uintptr_t producer);

  DeviceGateOptions options_;
  Stream own_stream_;
  cudaStream_t stream_;
  Event event_;
  std::array<Camera, kMaxCameras> cameras_;
  DeviceArray<unsigned> tickets_;  // [kMaxCameras]
  MappedArray<MailWord> mail_;
  MappedArray<float> maps_;  // [kMaxCameras, kPatchCells] on their way to the device
  int now_ = 0;              // which of Camera::pooled the last look filled
  std::uint32_t look_message_ = 0, hold_message_ = 0;
  bool has_looked_ = false;              // since the last hold
  bool awaits_signals_ = false;          // signals_ is older than the last look
  bool awaits_importance_ = false;       // importance_ is older than the last hold
  std::vector<PictureSignals> signals_;  // [cameras]
  ImportanceMaps importance_{};
};

}  // namespace awd::cuda
