// One demonstration in memory, and its LIBERO-style HDF5 group.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_writer.h"
#include "sim/world.h"

namespace awd::sim {

/// Frames of one episode. Row t of every array belongs to control step t.
struct Demonstration {
  std::string task, prompt, scenario;
  std::uint64_t seed = 0;
  int target = 0;  // index into kObjects; -1 where the task is not about an object
  int length = 0;  // T
  int image_size = 0;
  std::array<std::vector<std::uint8_t>, kCameraCount> pictures;  // [T, image_size, image_size, 3] each
  std::array<std::vector<std::uint8_t>, kCameraCount> labels;  // [T, image_size, image_size] each SceneLabel, or empty
  std::vector<std::uint8_t> phases;                            // [T] Phase before the action
  std::vector<float> actions;                                  // [T, 7] the expert's clean actions
  std::vector<double> physics;                                 // [T, nq + nv]
  std::vector<double> robot;                                   // [T, 9] fingers, TCP position, TCP quaternion x y z w
  std::vector<float> ee_states;       // [T, 6] TCP position, rotation vector relative to straight down
  std::vector<float> grippers;        // [T, 2]
  std::vector<float> joints;          // [T, 7]
  std::vector<float> object_poses;    // [T, 3, 4] x y z yaw
  std::vector<float> focus, goal;     // [T, 4] x y z yaw of Task::focus and Task::goal
  std::vector<std::uint8_t> rewards;  // [T] 1 where the task is done after the step
  std::vector<int> segment_starts;    // frames that do not follow from the action before; 0 first

  /// Makes it empty; the memory stays.
  void clear();
  /// Adds the world as it is now, what it `observes`, and the expert's `action` for it. `scene_labels`: of every
  /// camera, or empty; the same for all frames.
  void append(const World& world, const Observation& observation, const Action& action,
              std::span<const LabelView> scene_labels);
  /// The next frame does not follow from the last one's action.
  void break_segment();
};

/// Writes group `name` under `data`. The layout is LIBERO's; what is ours on top is in its sub-group awd.
void write_demonstration(const Demonstration& demo, const Hdf5Group& data, const std::string& name, int compress);

}  // namespace awd::sim
