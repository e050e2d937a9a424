// Finds the keys of the two conventions in the first demonstration and holds the others to its shapes.
#include "io/recordings/libero_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "awd/error.h"
#include "io/natural_order.h"

namespace awd {
namespace {

using Shape = std::vector<std::size_t>;

constexpr std::size_t kMaxSide = 8192;  // pixels, or numbers of a state; more is damage

/// One camera in both conventions; LIBERO's name first.
struct CameraNames {
  std::array<std::string_view, 2> keys;
};
constexpr CameraNames kCameras[] = {{{"agentview_rgb", "agentview_image"}},
                                    {{"eye_in_hand_rgb", "robot0_eye_in_hand_image"}}};

[[noreturn]] void fail(const Hdf5Reader& file, const std::string& key, const std::string& expected,
                       const std::string& got) {
  throw Error(file.file_name(), fmt::format("key \"{}\": expected {}, got {}", key, expected, got));
}

std::string demo_key(const std::string& demo) { return "data/" + demo; }

bool is_demo_name(const std::string& name) {
  constexpr std::string_view kPrefix = "demo_";
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string::npos;
}

/// "agentview_rgb" -> "agentview".
std::string without_suffix(std::string_view key) { return std::string(key.substr(0, key.rfind('_'))); }

/// "obs/NAME" for the first of the names that is in `members`, else "".
std::string first_of(const std::vector<std::string>& members, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::find(members.begin(), members.end(), name) != members.end()) return "obs/" + std::string(name);
  }
  return "";
}

StoredOrder resolve_order(const Hdf5Reader& file, const LiberoLayout& layout, StoredOrder order) {
  if (order != StoredOrder::kAuto) return order;
  if (const auto convention = file.text_attribute("data", "macros_image_convention")) {
    if (*convention == "opencv") return StoredOrder::kTopDown;
    if (*convention == "opengl") return StoredOrder::kBottomUp;
    fail(file, "data@macros_image_convention", "opencv or opengl", fmt::format("\"{}\"", *convention));
  }
  return layout.cameras[0].key.ends_with("_rgb") ? StoredOrder::kBottomUp : StoredOrder::kTopDown;
}

enum class Content { kBytes, kNumbers };

/// The dataset, which must have the shape `wanted` (a side of 0 takes any but 0) and hold such values.
Hdf5Dataset checked(const Hdf5Reader& file, const std::string& key, const Shape& wanted, Content content,
                    const std::string& expected) {
  Hdf5Dataset dataset = file.dataset(key);
  const Shape& shape = dataset.shape();
  bool fits = shape.size() == wanted.size();
  for (std::size_t axis = 0; fits && axis < shape.size(); ++axis) {
    const std::size_t most = axis == 0 ? std::size_t(std::numeric_limits<int>::max()) : kMaxSide;
    fits = wanted[axis] == 0 ? shape[axis] > 0 && shape[axis] <= most : shape[axis] == wanted[axis];
  }
  const bool is_bytes = dataset.kind() == Hdf5Dataset::Kind::kInteger && dataset.value_bytes() == 1;
  fits = fits && (content == Content::kBytes ? is_bytes : dataset.kind() != Hdf5Dataset::Kind::kOther);
  if (!fits) fail(file, key, expected, dataset.description());
  return dataset;
}

std::string shape_text(const Shape& shape, std::initializer_list<const char*> letters) {
  std::vector<std::string> parts;
  auto letter = letters.begin();
  for (const std::size_t side : shape) {
    parts.push_back(side == 0 ? *letter : std::to_string(side));
    ++letter;
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

/// 8-bit pictures [frames, height, width, 3]; 0 takes any.
Hdf5Dataset checked_pictures(const Hdf5Reader& file, const std::string& key, std::size_t frames, int height,
                             int width) {
  const Shape wanted{frames, std::size_t(height), std::size_t(width), 3};
  return checked(file, key, wanted, Content::kBytes,
                 fmt::format("pictures {} of 8-bit unsigned integers", shape_text(wanted, {"T", "H", "W", "3"})));
}

/// Numbers [frames, columns]; 0 takes any.
Hdf5Dataset checked_numbers(const Hdf5Reader& file, const std::string& key, std::size_t frames, int columns) {
  const Shape wanted{frames, std::size_t(columns)};
  return checked(file, key, wanted, Content::kNumbers, fmt::format("numbers {}", shape_text(wanted, {"T", "N"})));
}

void find_cameras(const Hdf5Reader& file, const std::string& demo, const std::vector<std::string>& members,
                  LiberoLayout& layout) {
  for (const CameraNames& camera : kCameras) {
    const std::string key = first_of(members, {camera.keys[0], camera.keys[1]});
    if (key.empty()) continue;
    const Hdf5Dataset pictures = checked_pictures(file, demo_key(demo) + "/" + key, 0, 0, 0);
    const std::string name = without_suffix(std::string_view(key).substr(4));
    const std::string labels = "awd/labels/" + name;
    layout.cameras.push_back({.key = key,
                              .labels = file.has(demo_key(demo) + "/" + labels) ? labels : "",
                              .name = name,
                              .height = int(pictures.shape()[1]),
                              .width = int(pictures.shape()[2])});
  }
  if (layout.cameras.empty()) {
    fail(file, demo_key(demo) + "/obs", "pictures agentview_rgb (or agentview_image)",
         fmt::format("{}", fmt::join(members, ", ")));
  }
}

void find_states(const Hdf5Reader& file, const std::string& demo, const std::vector<std::string>& members,
                 LiberoLayout& layout) {
  layout.pose = first_of(members, {"ee_states"});
  if (layout.pose.empty()) {
    layout.position = first_of(members, {"ee_pos", "robot0_eef_pos"});
    layout.rotation_is_quaternion = layout.position == "obs/robot0_eef_pos";
    layout.rotation = first_of(members, {layout.rotation_is_quaternion ? "robot0_eef_quat" : "ee_ori"});
  }
  if (layout.pose.empty() && (layout.position.empty() || layout.rotation.empty())) {
    fail(file, demo_key(demo) + "/obs", "ee_states, ee_pos and ee_ori, or robot0_eef_pos and robot0_eef_quat",
         fmt::format("{}", fmt::join(members, ", ")));
  }
  layout.gripper = first_of(members, {"gripper_states", "robot0_gripper_qpos"});
  if (layout.gripper.empty()) {
    fail(file, demo_key(demo) + "/obs", "gripper_states or robot0_gripper_qpos",
         fmt::format("{}", fmt::join(members, ", ")));
  }
  layout.gripper_dim = int(checked_numbers(file, demo_key(demo) + "/" + layout.gripper, 0, 0).shape()[1]);
  layout.joints = first_of(members, {"joint_states", "robot0_joint_pos"});
}

}  // namespace

std::vector<std::string> demo_names(const Hdf5Reader& file) {
  if (!file.has("data")) {
    fail(file, "data", "a group of demonstrations",
         fmt::format("none (there is: {})", fmt::join(file.members("/"), ", ")));
  }
  std::vector<std::string> names = file.members("data");
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  std::erase_if(names, [](const std::string& name) { return !is_demo_name(name); });
  if (names.empty()) {
    fail(file, "data", "groups demo_0, demo_1, ...", all.empty() ? "an empty group" : all);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

LiberoLayout find_layout(const Hdf5Reader& file, const std::string& demo, StoredOrder order) {
  const std::string key = demo_key(demo);
  const std::vector<std::string> members = file.members(key + "/obs");
  LiberoLayout layout;
  find_cameras(file, demo, members, layout);
  find_states(file, demo, members, layout);
  if (file.has(key + "/actions")) {
    layout.actions = "actions";
    layout.action_dim = int(checked_numbers(file, key + "/actions", 0, 0).shape()[1]);
  }
  if (file.has(key + "/awd/phase")) layout.phase = "awd/phase";
  layout.order = resolve_order(file, layout, order);
  return layout;
}

int checked_frames(const Hdf5Reader& file, const std::string& demo, const LiberoLayout& layout) {
  const std::string prefix = demo_key(demo) + "/";
  std::size_t frames = 0;
  for (const LiberoLayout::Camera& camera : layout.cameras) {
    frames = checked_pictures(file, prefix + camera.key, frames, camera.height, camera.width).rows();
  }
  const auto check = [&](const std::string& key, int columns) {
    if (!key.empty()) checked_numbers(file, prefix + key, frames, columns);
  };
  check(layout.pose, 6);
  check(layout.position, 3);
  check(layout.rotation, layout.rotation_is_quaternion ? 4 : 3);
  check(layout.gripper, layout.gripper_dim);
  check(layout.joints, 0);
  check(layout.actions, layout.action_dim);
  for (const LiberoLayout::Camera& camera : layout.cameras) {
    if (camera.labels.empty()) continue;
    checked(file, prefix + camera.labels, {frames, 0, 0}, Content::kBytes,
            fmt::format("labels [{}, H, W] of 8-bit unsigned integers", frames));
  }
  if (!layout.phase.empty()) {
    checked(file, prefix + layout.phase, {frames}, Content::kBytes,
            fmt::format("phases [{}] of 8-bit unsigned integers", frames));
  }
  return int(frames);
}

}  // namespace awd
