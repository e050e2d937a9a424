// The data that crosses AWD's public interface: camera images, one observation, an action chunk, importance maps,
// captured attention.
// All views are non-owning; the caller keeps the memory alive during the call.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace awd {

/// Version of the library; bumped with CMakeLists.txt.
inline constexpr const char* kVersion = "0.1.0";

inline constexpr int kMaxCameras = 4;
/// Every supported vision tower cuts an image into 16 x 16 patches (224 pixels, 14-pixel patches).
inline constexpr int kPatchGrid = 16;

/// One camera picture: RGB, 8 bits, row-major [height, width, 3], top row first. `data == nullptr`: camera missing.
struct ImageView {
  const std::uint8_t* data = nullptr;  // on the host; for a policy on a GPU also in the GPU's memory, see docs/gate.md
  int height = 0;
  int width = 0;
  bool empty() const { return data == nullptr; }
};

/// Which pixels of one camera show the robot itself, known from its pose: row-major [kPatchGrid, kPatchGrid] cells over
/// the whole picture, share of the cell in 0 .. 255. `data == nullptr`: not known.
struct RobotMask {
  const std::uint8_t* data = nullptr;
  bool empty() const { return data == nullptr; }
};

/// What the robot knows at one control step.
struct Observation {
  std::span<const ImageView> cameras;  // in the order of PolicyInfo::cameras
  std::span<const float> state;        // [state_dim] as the policy was trained on it, not normalised
  std::span<const float> joints;       // [n_joints] rad; empty where the robot does not report them
  std::string_view prompt;             // the instruction, UTF-8
  /// One per camera, or empty where the caller has no robot model: signals that need it are then not computed.
  std::span<const RobotMask> robot_masks{};
  /// Evaluation only: what the simulator changed just before this step ("" for nothing). Read by the gate `oracle`.
  std::string_view event{};
};

/// The H future actions of one query, in robot units: row k is the action for step anchor + k.
struct ActionChunk {
  int horizon = 0;
  int dim = 0;
  std::vector<float> values;  // [horizon, dim]
  std::span<const float> row(int k) const { return {values.data() + std::size_t(k) * dim, std::size_t(dim)}; }
};

/// How much each image patch counts (EngineOptions::importance); every camera's map sums to 1, a missing one's to 0.
/// `map[c][16 * row + col]` covers pixels [14 row, 14 row + 14) x [14 col, 14 col + 14) of camera c.
struct ImportanceMaps {
  int n_cameras = 0;
  std::array<std::array<float, kPatchGrid * kPatchGrid>, kMaxCameras> map{};
};

/// What the action expert attended to in one denoise call, for analysis.
struct AttentionCapture {
  bool wants_heads = false;  // set by the caller: false averages over the heads
  int steps = 0;             // of the flow
  int layers = 0;
  int heads = 0;               // 1 where they are averaged
  int tokens = 0;              // image tokens: kPatchGrid^2 per present camera, in camera order
  std::vector<float> share{};  // [steps, layers, heads, tokens]: mean over action rows of the attention probabilities
};

}  // namespace awd
