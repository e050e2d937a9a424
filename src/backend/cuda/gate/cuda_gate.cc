// Queues the kernels, keeps what is held in two buffers that change places, reads the mail.
#include "backend/cuda/gate/cuda_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "awd/error.h"
#include "backend/cuda/memory_place.h"
#include "base/check.h"

namespace awd::cuda {
namespace {

/// A cache line of words between two that are written for different cameras.
constexpr std::size_t kDriftRoom = 8;
constexpr std::size_t kMailOfCamera = kDriftRoom + 4 * std::size_t(kPatchCells);
static_assert(kDriftRoom >= kDriftWords);

/// The number after `message`; never 0, which is what mapped memory holds at first.
std::uint32_t next(std::uint32_t message) { return message + 1 == 0 ? 1 : message + 1; }

void check_options(const DeviceGateOptions& options) {
  if (options.cameras < 1 || options.cameras > kMaxCameras) {
    throw Error("device gate", fmt::format("expected 1 to {} cameras, got {}", kMaxCameras, options.cameras));
  }
  if (options.height < 1 || options.width < 1 || options.width > kMaxPictureWidth) {
    throw Error("device gate",
                fmt::format("expected a width of 1 to {} and a height of at least 1, got {} x {} (h x w)",
                            kMaxPictureWidth, options.height, options.width));
  }
  if (options.pool < 1 || options.pool > 224) {
    throw Error("device gate", fmt::format("expected a pool of 1 to 224 pixels, got {}", options.pool));
  }
  if (options.dilation < 1 || options.dilation % 2 == 0) {
    throw Error("device gate", fmt::format("expected an odd dilation >= 1, got {}", options.dilation));
  }
}

void check_map_value(float value, int camera, int patch) {
  if (std::isfinite(value) && value >= 0) return;
  throw Error("gate importance",
              fmt::format("camera {}: expected a finite number >= 0 at patch {}, got {}", camera, patch, value));
}

}  // namespace

CudaGate::CudaGate(const DeviceGateOptions& options, cudaStream_t stream) : options_(options), stream_(stream) {
  check_options(options);
  if (stream_ == nullptr) {
    own_stream_ = make_urgent_stream();
    stream_ = own_stream_.get();
  }
  event_ = make_event();
  tickets_ = make_device_array<unsigned>(kMaxCameras);
  mail_ = make_mapped_array<MailWord>(kMailOfCamera * std::size_t(options.cameras));
  maps_ = make_mapped_array<float>(std::size_t(kMaxCameras) * kPatchCells);
  const std::size_t cells = std::size_t(options.height / options.pool) * std::size_t(options.width / options.pool);
  for (int c = 0; c < options.cameras; ++c) {
    Camera& camera = cameras_[c];
    for (auto& pooled : camera.pooled) pooled = make_device_array<float>(3 * cells);
    camera.weight = make_device_array<float>(cells);
    camera.difference = make_device_array<float>(cells);
    camera.drift = mail_.get() + kMailOfCamera * std::size_t(c);
    camera.patches = camera.drift + kDriftRoom;
    camera.map = camera.patches + 3 * kPatchCells;
  }
  signals_.resize(std::size_t(options.cameras));
}

CudaGate::~CudaGate() { cudaStreamSynchronize(stream_); }

void CudaGate::check_picture(const DevicePicture& picture, int camera) const {
  if (picture.height < 1 || picture.width < 1 || picture.height > options_.height || picture.width > options_.width) {
    throw Error("gate picture", fmt::format("camera {}: expected at most {} x {} pixels (h x w), got {} x {}", camera,
                                            options_.height, options_.width, picture.height, picture.width));
  }
  if (picture.height % options_.pool != 0 || picture.width % options_.pool != 0) {
    throw Error("gate picture", fmt::format("camera {}: expected sides that pool {} divides, got {} x {}", camera,
                                            options_.pool, picture.height, picture.width));
  }
}

bool CudaGate::has_patches(int camera) const {
  const Size& size = cameras_[camera].now;
  return (options_.patch_cameras >> camera & 1) != 0 && size.is_present() && size.height % kPatchGrid == 0 &&
         size.width % kPatchGrid == 0;
}

/// The picture itself where the kernel can read it, else a copy in pinned memory. The kernel reads that across the bus:
/// every byte is read once, so a copy to the device would only come on top.
const std::uint8_t* CudaGate::readable(const DevicePicture& picture, Camera& camera) {
  if (picture.on_device || memory_place(picture.data) != cudaMemoryTypeUnregistered) return picture.data;
  AWD_CHECK(picture.col_bytes == 3 && picture.channel_bytes == 1 && picture.row_bytes == 3 * picture.width,
            "a host picture with gaps");
  if (camera.staging == nullptr) {
    camera.staging = make_mapped_array<std::uint8_t>(std::size_t(3) * options_.height * options_.width);
  }
  std::memcpy(camera.staging.get(), picture.data, std::size_t(3) * picture.height * picture.width);
  return camera.staging.get();
}

LookCamera CudaGate::look_camera(const DevicePicture& picture, int c) {
  Camera& camera = cameras_[c];
  LookCamera look{.data = readable(picture, camera),
                  .row_bytes = picture.row_bytes,
                  .col_bytes = picture.col_bytes,
                  .channel_bytes = picture.channel_bytes,
                  .height = picture.height,
                  .width = picture.width,
                  .now = camera.pooled[now_].get(),
                  .weight = camera.weight.get(),
                  .difference = camera.difference.get(),
                  .ticket = tickets_.get() + c,
                  .drift = camera.drift};
  if (compares(camera)) look.held = camera.pooled[1 - now_].get();
  if (has_patches(c)) look.patches = camera.patches;
  return look;
}

void CudaGate::start_after(std::uintptr_t producer) {
  if (producer == 0) return;
  AWD_CUDA(cudaEventRecord(event_.get(), reinterpret_cast<cudaStream_t>(producer)));
  AWD_CUDA(cudaStreamWaitEvent(stream_, event_.get()));
}

void CudaGate::look(std::span<const DevicePicture> pictures, std::uintptr_t producer) {
  if (int(pictures.size()) != options_.cameras) {
    throw Error("gate picture", fmt::format("expected {} cameras, got {}", options_.cameras, pictures.size()));
  }
  for (int c = 0; c < options_.cameras; ++c) {
    if (!pictures[c].empty()) check_picture(pictures[c], c);
  }
  receive_signals();  // staging and mail are still in use
  start_after(producer);

  look_message_ = next(look_message_);
  LookArgs args{.pool = options_.pool, .message = look_message_};
  for (int c = 0; c < options_.cameras; ++c) {
    const DevicePicture& picture = pictures[c];
    cameras_[c].now = picture.empty() ? Size{} : Size{picture.height, picture.width};
    if (picture.empty()) continue;
    args.cameras[args.n_cameras++] = look_camera(picture, c);
  }
  if (args.n_cameras > 0) launch_look(args, stream_);
  has_looked_ = awaits_signals_ = true;
}

void CudaGate::receive_signals() {
  if (!awaits_signals_) return;
  const double range_per_count = (options_.pixel_range == PixelRange::kModel ? 2.0 : 1.0) / 255.0;
  const double rgb_mean = 1.0 / 3.0;
  for (int c = 0; c < options_.cameras; ++c) {
    const Camera& camera = cameras_[c];
    PictureSignals& signals = signals_[c];
    const auto drift = [&](int i) {
      return wait_for_double(camera.drift + i * kDoubleWords, look_message_, stream_) * (rgb_mean * range_per_count);
    };
    const bool is_seen = camera.now.is_present();
    signals.raw_drift = is_seen ? drift(0) : Scores::kNone;
    signals.weighted_drift = is_seen ? drift(1) : Scores::kNone;
    signals.local_outlier = is_seen ? drift(2) : Scores::kNone;
    signals.has_patches = has_patches(c);
    for (int i = 0; signals.has_patches && i < 3 * kPatchCells; ++i) {
      signals.patches[i] = wait_for_float(camera.patches + i, look_message_, stream_);
    }
  }
  awaits_signals_ = false;
}

std::span<const PictureSignals> CudaGate::signals() {
  importance();  // weights of a bad map must not decide
  receive_signals();
  return signals_;
}

void CudaGate::hold(const ImportanceMaps& importance) {
  AWD_CHECK(importance.n_cameras == options_.cameras, "{} maps", importance.n_cameras);
  for (int c = 0; c < options_.cameras; ++c) {
    for (int i = 0; i < kPatchCells; ++i) check_map_value(importance.map[c][i], c, i);
  }
  receive_signals();  // sent after the last use of maps_
  for (int c = 0; c < options_.cameras; ++c) {
    std::memcpy(maps_.get() + std::size_t(c) * kPatchCells, importance.map[c].data(), sizeof(importance.map[c]));
  }
  queue_hold({.relevance = maps_.get(), .stride = kPatchCells, .relevance_rows = options_.cameras, .is_map = true});
  importance_ = importance;
  awaits_importance_ = false;
}

void CudaGate::hold_attention(const Tensor& key_share, std::uintptr_t producer) {
  const auto is_present = [](const Camera& camera) { return camera.now.is_present(); };
  const auto tokens = kPatchCells * std::count_if(cameras_.begin(), cameras_.end(), is_present);
  AWD_CHECK(key_share.dtype == DType::kF32 && key_share.rows > 0 && key_share.cols >= tokens, "{} x {} for {} tokens",
            key_share.rows, key_share.cols, tokens);
  start_after(producer);
  queue_hold({.relevance = static_cast<const float*>(key_share.data),
              .stride = key_share.stride,
              .relevance_rows = key_share.rows});
  if (producer == 0) return;
  AWD_CUDA(cudaEventRecord(event_.get(), stream_));
  AWD_CUDA(cudaStreamWaitEvent(reinterpret_cast<cudaStream_t>(producer), event_.get()));
}

/// The last look becomes the anchor: buffers change places, weights are made for the new one.
void CudaGate::queue_hold(WeighArgs args) {
  AWD_CHECK(has_looked_, "hold without a look");
  receive_signals();
  hold_message_ = next(hold_message_);
  args.n_cameras = options_.cameras;
  args.dilation = options_.dilation;
  args.message = hold_message_;
  int token = 0;
  for (int c = 0; c < options_.cameras; ++c) {
    Camera& camera = cameras_[c];
    camera.held = camera.now;
    args.cameras[c] = {.present = camera.held.is_present(),
                       .first_token = token,
                       .rows = camera.held.height / options_.pool,
                       .cols = camera.held.width / options_.pool,
                       .weight = camera.weight.get(),
                       .mail = camera.map};
    if (camera.held.is_present()) token += kPatchCells;
  }
  launch_weigh(args, stream_);
  now_ = 1 - now_;
  has_looked_ = false;
  awaits_importance_ = true;
}

const ImportanceMaps& CudaGate::importance() {
  if (!awaits_importance_) return importance_;
  importance_.n_cameras = options_.cameras;
  for (int c = 0; c < options_.cameras; ++c) {
    for (int i = 0; i < kPatchCells; ++i) {
      importance_.map[c][i] = wait_for_float(cameras_[c].map + i, hold_message_, stream_);
    }
  }
  for (int c = 0; c < options_.cameras; ++c) {
    for (int i = 0; i < kPatchCells; ++i) check_map_value(importance_.map[c][i], c, i);
  }
  awaits_importance_ = false;
  return importance_;
}

}  // namespace awd::cuda

namespace awd {

std::unique_ptr<DeviceGate> make_cuda_gate(const DeviceGateOptions& options) {
  return std::make_unique<cuda::CudaGate>(options);
}

bool is_device_memory(const void* memory) { return cuda::is_device_memory(memory); }

}  // namespace awd
