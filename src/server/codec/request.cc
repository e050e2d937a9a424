// The conversions are openpi's: floats times 255 cut to whole levels, channels first told by a first side of 3.
#include "server/codec/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "awd/error.h"
#include "io/utf8.h"

namespace awd::server {
namespace {

constexpr std::int64_t kMaxSide = 8192;  // pixels, far above any camera
constexpr std::size_t kMaxNumbers = 1024;

[[noreturn]] void fail(const std::string& key, const std::string& expected, const Value* got) {
  throw Error("observation", fmt::format("key \"{}\": expected {}, got {}", key, expected, describe(got)));
}

/// Where the three sides of a picture are in its shape.
struct PictureLayout {
  std::int64_t height = 0, width = 0;
  bool channels_first = false;
};

PictureLayout layout_of(const std::string& key, const Value* value) {
  const auto* array = value == nullptr ? nullptr : std::get_if<ArrayView>(value);
  const bool has_kind = array != nullptr && (array->kind == NumberKind::kFloat ||
                                             (array->kind == NumberKind::kUnsigned && array->item_bytes == 1));
  const char* expected = "a picture [height, width, 3] or [3, height, width] of uint8 or floats";
  if (!has_kind || array->shape.size() != 3) fail(key, expected, value);
  const auto& shape = array->shape;
  PictureLayout layout;
  if (shape[0] == 3) {
    layout = {.height = shape[1], .width = shape[2], .channels_first = true};
  } else if (shape[2] == 3) {
    layout = {.height = shape[0], .width = shape[1]};
  } else {
    fail(key, expected, value);
  }
  if (std::min(layout.height, layout.width) < 1 || std::max(layout.height, layout.width) > kMaxSide) {
    fail(key, fmt::format("sides of 1 to {} pixels", kMaxSide), value);
  }
  return layout;
}

/// The grey level of element i.
std::uint8_t level(const ArrayView& array, std::size_t i) {
  if (array.kind == NumberKind::kUnsigned) return array.data[i];
  const double value = 255 * array.at(i);
  return value > 0 ? std::uint8_t(std::min(value, 255.0)) : 0;  // NaN is black
}

}  // namespace

EpisodeHint read_hint(const Message& message) {
  EpisodeHint hint;
  if (const Value* reset = message.find(kResetKey); reset != nullptr && reset->index() != 0) {
    if (const auto* seed = std::get_if<std::int64_t>(reset); seed != nullptr && *seed >= 0) {
      hint.resets = true;
      hint.seed = std::uint64_t(*seed);
    } else if (const auto* flag = std::get_if<bool>(reset)) {
      hint.resets = *flag;
    } else {
      fail(kResetKey, "true, false or a seed of at least 0", reset);
    }
  }
  if (const Value* step = message.find(kStepKey); step != nullptr && step->index() != 0) {
    const auto* number = std::get_if<std::int64_t>(step);
    if (number == nullptr || *number < 0) fail(kStepKey, "a whole number of at least 0", step);
    hint.step = *number;
  }
  return hint;
}

RequestReader::RequestReader(PolicyInfo info, ObservationKeys keys, std::string prompt)
    : info_(std::move(info)),
      keys_(std::move(keys)),
      default_prompt_(std::move(prompt)),
      resizers_(info_.cameras.size(), SquareResizer(info_.image_size)),
      pixels_(info_.cameras.size()),
      views_(info_.cameras.size()) {}

const Observation& RequestReader::read(const Message& message) {
  for (std::size_t c = 0; c < views_.size(); ++c) views_[c] = read_picture(message, c);
  state_.clear();
  for (const std::string& key : keys_.state) read_numbers(message, key, state_);
  if (state_.size() != std::size_t(info_.state_dim) && !keys_.state.empty()) {
    throw Error("observation", fmt::format("key \"{}\": expected {} state values, got {}", fmt::join(keys_.state, "+"),
                                           info_.state_dim, state_.size()));
  }
  joints_.clear();
  if (!keys_.joints.empty() && message.find(keys_.joints) != nullptr) read_numbers(message, keys_.joints, joints_);
  prompt_ = default_prompt_;
  const Value* prompt = message.find(keys_.prompt);
  if (const auto* text = prompt == nullptr ? nullptr : std::get_if<std::string_view>(prompt)) prompt_ = *text;
  if (prompt_.empty() || !is_utf8(prompt_)) fail(keys_.prompt, "the instruction as a text in UTF-8", prompt);
  read_masks(message);
  observation_ = {
      .cameras = views_, .state = state_, .joints = joints_, .prompt = prompt_, .robot_masks = masks_, .event = {}};
  return observation_;
}

ImageView RequestReader::read_picture(const Message& message, std::size_t camera) {
  const CameraKey& key = keys_.cameras[camera];
  const Value* value = message.find(key.name);
  if (value == nullptr && key.is_optional) return {};
  const PictureLayout layout = layout_of(key.name, value);
  const ArrayView& array = std::get<ArrayView>(*value);
  ImageView view{array.data.data(), int(layout.height), int(layout.width)};
  if (layout.channels_first || array.kind == NumberKind::kFloat) {
    std::vector<std::uint8_t>& pixels = pixels_[camera];
    const std::size_t plane = std::size_t(layout.height) * std::size_t(layout.width);
    pixels.resize(3 * plane);
    for (std::size_t i = 0; i < 3 * plane; ++i) {
      pixels[i] = level(array, layout.channels_first ? i % 3 * plane + i / 3 : i);
    }
    view.data = pixels.data();
  }
  return resizers_[camera].resize(view);
}

void RequestReader::read_numbers(const Message& message, const std::string& key, std::vector<float>& numbers) {
  const Value* value = message.find(key);
  if (const auto* array = value == nullptr ? nullptr : std::get_if<ArrayView>(value)) {
    if (array->kind == NumberKind::kOther || array->size() > kMaxNumbers) fail(key, "numbers", value);
    for (std::size_t i = 0; i < array->size(); ++i) numbers.push_back(float(array->at(i)));
  } else if (const auto* list = value == nullptr ? nullptr : std::get_if<std::vector<double>>(value)) {
    numbers.insert(numbers.end(), list->begin(), list->end());
  } else if (const auto* number = value == nullptr ? nullptr : std::get_if<double>(value)) {
    numbers.push_back(float(*number));
  } else if (const auto* whole = value == nullptr ? nullptr : std::get_if<std::int64_t>(value)) {
    numbers.push_back(float(*whole));
  } else {
    fail(key, "numbers", value);
  }
}

void RequestReader::read_masks(const Message& message) {
  masks_.clear();
  const Value* value = message.find(kMasksKey);
  if (value == nullptr) return;
  constexpr std::size_t kCells = kPatchGrid * kPatchGrid;
  const auto* array = std::get_if<ArrayView>(value);
  if (array == nullptr || array->kind != NumberKind::kUnsigned || array->data.size() != views_.size() * kCells) {
    fail(kMasksKey, fmt::format("uint8 [{}, {}, {}]", views_.size(), kPatchGrid, kPatchGrid), value);
  }
  for (std::size_t c = 0; c < views_.size(); ++c) masks_.push_back({array->data.data() + c * kCells});
}

}  // namespace awd::server
