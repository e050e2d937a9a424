// Test support: small HDF5 files in LIBERO's or robomimic's layout, with contents that can be computed from the
// indices.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "io/hdf5_writer.h"

namespace awd {

/// What write_test_demos() writes; the defaults are a LIBERO file of two demonstrations.
struct TestDemos {
  int demos = 2;
  std::size_t frames = 5;  // of demo 0; every further one has one more
  std::size_t height = 4, width = 6;
  bool is_robomimic = false;
  std::string convention{};         // attribute macros_image_convention of `data`; "" is none
  std::set<std::string> without{};  // names of datasets to leave out
  int compress = 0;
  /// Called before the groups of a demonstration are closed, to write what is in `without` in another way.
  std::function<void(int demo, const Hdf5Group& group, const Hdf5Group& obs)> edit{};
  /// Called for the group `data`.
  std::function<void(const Hdf5Group& data)> describe{};
};

/// The pixel as it lies in the file.
inline std::uint8_t test_pixel(int camera, int demo, std::size_t frame, std::size_t y, std::size_t x, std::size_t c) {
  return std::uint8_t(101 * camera + 31 * demo + 17 * int(frame) + 40 * int(y) + 5 * int(x) + int(c));
}

inline std::vector<std::uint8_t> test_pictures(int camera, int demo, std::size_t frames, std::size_t height,
                                               std::size_t width) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t t = 0; t < frames; ++t) {
    for (std::size_t y = 0; y < height; ++y) {
      for (std::size_t x = 0; x < width; ++x) {
        for (std::size_t c = 0; c < 3; ++c) pixels.push_back(test_pixel(camera, demo, t, y, x, c));
      }
    }
  }
  return pixels;
}

/// Rows of 100 * frame + first + column.
inline std::vector<double> test_rows(std::size_t frames, std::size_t columns, double first) {
  std::vector<double> values;
  for (std::size_t t = 0; t < frames; ++t) {
    for (std::size_t i = 0; i < columns; ++i) values.push_back(100.0 * double(t) + first + double(i));
  }
  return values;
}

inline void write_test_demo(const TestDemos& what, int demo, const Hdf5Group& data) {
  const std::size_t frames = what.frames + std::size_t(demo);
  const Hdf5Group group = data.create_group("demo_" + std::to_string(demo)), obs = group.create_group("obs");
  const auto is_wanted = [&](const char* name) { return !what.without.contains(name); };
  const auto write_numbers = [&](const Hdf5Group& to, const char* name, std::size_t columns, double first) {
    if (is_wanted(name)) to.write(name, {frames, columns}, test_rows(frames, columns, first));
  };
  const char* const cameras[2][2] = {{"agentview_rgb", "eye_in_hand_rgb"},
                                     {"agentview_image", "robot0_eye_in_hand_image"}};
  for (int camera = 0; camera < 2; ++camera) {
    const char* name = cameras[what.is_robomimic ? 1 : 0][camera];
    if (!is_wanted(name)) continue;
    obs.write(name, {frames, what.height, what.width, 3}, test_pictures(camera, demo, frames, what.height, what.width),
              what.compress);
  }
  if (what.is_robomimic) {
    write_numbers(obs, "robot0_eef_pos", 3, 0);
    std::vector<double> quaternions;  // a quarter turn about z
    for (std::size_t t = 0; t < frames; ++t) quaternions.insert(quaternions.end(), {0, 0, 0.70710678, 0.70710678});
    if (is_wanted("robot0_eef_quat")) obs.write("robot0_eef_quat", {frames, 4}, quaternions);
    write_numbers(obs, "robot0_gripper_qpos", 2, 6);
    write_numbers(obs, "robot0_joint_pos", 7, 20);
  } else {
    write_numbers(obs, "ee_states", 6, 0);
    write_numbers(obs, "gripper_states", 2, 6);
    write_numbers(obs, "joint_states", 7, 20);
  }
  write_numbers(group, "actions", 7, 40);
  std::vector<std::uint8_t> last(frames - 1, 0);
  last.push_back(1);
  if (is_wanted("rewards")) group.write("rewards", {frames}, last);
  if (is_wanted("dones")) group.write("dones", {frames}, last);
  if (what.edit) what.edit(demo, group, obs);
}

/// Writes the file at `path`.
inline void write_test_demos(const std::string& path, const TestDemos& what = {}) {
  Hdf5Writer writer(path);
  {
    const Hdf5Group data = writer.create_group("data");
    if (!what.convention.empty()) data.set_attribute("macros_image_convention", what.convention);
    if (what.describe) what.describe(data);
    for (int demo = 0; demo < what.demos; ++demo) write_test_demo(what, demo, data);
  }
  writer.commit();
}

}  // namespace awd
