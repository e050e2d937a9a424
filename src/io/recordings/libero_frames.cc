// One frame: pictures turned upright, the state put together from its parts, every number checked.
#include "io/recordings/libero_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "awd/error.h"
#include "base/named_text.h"
#include "io/recordings/hdf5_rows.h"

namespace awd {
namespace {

constexpr int kPoseDim = 6;              // x y z, rotation vector
constexpr double kUnitTolerance = 0.05;  // of a quaternion's length; stored as 32-bit floats it is off by 1e-6

[[noreturn]] void fail(const Hdf5Dataset& dataset, const std::string& expected, const std::string& got,
                       std::size_t row) {
  throw Error(dataset.file_name(),
              fmt::format("key \"{}\", frame {}: expected {}, got {}", dataset.key(), row, expected, got));
}

/// The row, all of whose numbers are finite.
std::span<float> finite_row(Hdf5Rows<float>& rows, std::size_t index) {
  const std::span<float> row = rows.row(index);
  const auto bad = std::find_if_not(row.begin(), row.end(), [](float value) { return std::isfinite(value); });
  if (bad != row.end()) {
    fail(rows.dataset(), "finite numbers", fmt::format("{} in column {}", *bad, bad - row.begin()), index);
  }
  return row;
}

/// Rotation vector (rad) of a quaternion x y z w, the way robosuite makes LIBERO's: angle in [0, 2 pi].
void write_rotation_vector(std::span<const float> quaternion, float* out) {
  const double w = std::clamp<double>(quaternion[3], -1.0, 1.0);
  const double sine = std::sqrt(1.0 - w * w);
  const double scale = sine < 1e-9 ? 0.0 : 2.0 * std::acos(w) / sine;
  for (int i = 0; i < 3; ++i) out[i] = float(quaternion[i] * scale);
}

class LiberoFrames final : public EpisodeReader {
 public:
  LiberoFrames(const Hdf5Reader& file, const std::string& demo, const LiberoLayout& layout);
  bool next(RecordedFrame& frame) override;

 private:
  using Rows = std::optional<Hdf5Rows<float>>;

  void read_pictures();
  void read_labels();
  void read_state();
  std::string_view read_phase();

  const LiberoLayout& layout_;
  std::size_t frames_ = 0, step_ = 0;
  std::vector<Hdf5Rows<std::uint8_t>> pictures_;
  std::vector<std::optional<Hdf5Rows<SceneLabel>>> labels_;
  Rows pose_, position_, rotation_, gripper_, joints_, actions_;
  std::optional<Hdf5Rows<std::uint8_t>> phase_;
  std::vector<std::string> phase_words_;

  std::vector<ImageView> views_;
  std::vector<LabelView> label_views_;
  std::vector<float> state_;
};

LiberoFrames::LiberoFrames(const Hdf5Reader& file, const std::string& demo, const LiberoLayout& layout)
    : layout_(layout) {
  const std::string group = "data/" + demo;
  const auto open = [&](const std::string& key, auto& rows) {
    if (!key.empty()) rows.emplace(file.dataset(group + "/" + key));
  };
  for (const LiberoLayout::Camera& camera : layout.cameras) {
    pictures_.emplace_back(file.dataset(group + "/" + camera.key));
    open(camera.labels, labels_.emplace_back());
  }
  frames_ = pictures_[0].dataset().rows();
  open(layout.pose, pose_);
  open(layout.position, position_);
  open(layout.rotation, rotation_);
  open(layout.gripper, gripper_);
  open(layout.joints, joints_);
  open(layout.actions, actions_);
  open(layout.phase, phase_);
  if (phase_) phase_words_ = split_outside_braces(file.text_attribute(group, "phases").value_or(""), ',');
  views_.resize(layout.cameras.size());
  const bool has_labels =
      std::any_of(labels_.begin(), labels_.end(), [](const auto& rows) { return rows.has_value(); });
  label_views_.resize(has_labels ? layout.cameras.size() : 0);
  state_.resize(kPoseDim + std::size_t(layout.gripper_dim));
}

bool LiberoFrames::next(RecordedFrame& frame) {
  if (step_ == frames_) return false;
  frame = {};
  frame.step = int(step_);
  read_pictures();
  read_labels();
  read_state();
  frame.cameras = views_;
  frame.labels = label_views_;
  frame.state = state_;
  if (joints_) frame.joints = finite_row(*joints_, step_);
  if (actions_) frame.action = finite_row(*actions_, step_);
  if (phase_) frame.phase = read_phase();
  ++step_;
  return true;
}

void LiberoFrames::read_pictures() {
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const LiberoLayout::Camera& camera = layout_.cameras[i];
    const std::span<std::uint8_t> pixels = pictures_[i].row(step_);
    turn_upright(pixels, camera.height, 3, layout_.order);
    views_[i] = {pixels.data(), camera.height, camera.width};
  }
}

void LiberoFrames::read_labels() {
  for (std::size_t i = 0; i < label_views_.size(); ++i) {
    if (!labels_[i]) continue;
    const Hdf5Dataset& dataset = labels_[i]->dataset();
    const std::span<SceneLabel> labels = labels_[i]->row(step_);
    const int height = int(dataset.shape()[1]), width = int(dataset.shape()[2]);
    const auto largest = std::uint8_t(*std::max_element(labels.begin(), labels.end()));
    if (largest >= kSceneLabelCount) {
      fail(dataset, fmt::format("labels below {}", kSceneLabelCount), std::to_string(largest), step_);
    }
    turn_upright({reinterpret_cast<std::uint8_t*>(labels.data()), labels.size()}, height, 1, layout_.order);
    label_views_[i] = {labels.data(), height, width};
  }
}

void LiberoFrames::read_state() {
  if (pose_) {
    std::ranges::copy(finite_row(*pose_, step_), state_.begin());
  } else {
    std::ranges::copy(finite_row(*position_, step_), state_.begin());
    const std::span<const float> rotation = finite_row(*rotation_, step_);
    if (layout_.rotation_is_quaternion) {
      const double length = std::hypot(std::hypot(rotation[0], rotation[1]), std::hypot(rotation[2], rotation[3]));
      if (std::abs(length - 1) > kUnitTolerance) {
        fail(rotation_->dataset(), "a quaternion of length 1", fmt::format("length {:.3g}", length), step_);
      }
      write_rotation_vector(rotation, &state_[3]);
    } else {
      std::ranges::copy(rotation, state_.begin() + 3);
    }
  }
  std::ranges::copy(finite_row(*gripper_, step_), state_.begin() + kPoseDim);
}

std::string_view LiberoFrames::read_phase() {
  const std::size_t index = phase_->row(step_)[0];
  if (index >= phase_words_.size()) {
    fail(phase_->dataset(), fmt::format("an index into the {} words of the attribute \"phases\"", phase_words_.size()),
         std::to_string(index), step_);
  }
  return phase_words_[index];
}

}  // namespace

std::unique_ptr<EpisodeReader> open_libero_episode(const Hdf5Reader& file, const std::string& demo,
                                                   const LiberoLayout& layout) {
  return std::make_unique<LiberoFrames>(file, demo, layout);
}

}  // namespace awd
