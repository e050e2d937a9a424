// Which keys a LIBERO or robomimic file uses, and whether every demonstration has them in the shapes of the first one.
#pragma once

#include <string>
#include <vector>

#include "io/hdf5_reader.h"
#include "io/recordings/stored_order.h"

namespace awd {

/// Keys are relative to the group of a demonstration ("obs/ee_states"); "" where the file has nothing of the kind.
struct LiberoLayout {
  struct Camera {
    std::string key;     // "obs/agentview_rgb"
    std::string labels;  // "awd/labels/agentview" or ""
    std::string name;    // "agentview"
    int height = 0, width = 0;
  };
  std::vector<Camera> cameras;
  std::string pose;      // x y z and rotation vector in one dataset, or "" and the next two
  std::string position;  // x y z
  std::string rotation;  // rotation vector, or quaternion x y z w
  bool rotation_is_quaternion = false;
  std::string gripper;
  std::string joints;
  std::string actions;
  std::string phase;
  int gripper_dim = 0;
  int action_dim = 0;
  StoredOrder order = StoredOrder::kTopDown;  // never kAuto
};

/// Names of the groups data/demo_N in numeric order: demo_2 before demo_10. Throws where there are none.
std::vector<std::string> demo_names(const Hdf5Reader& file);

/// The layout of `demo` ("demo_0"). `order` kAuto is resolved. Throws awd::Error naming the keys that are missing.
LiberoLayout find_layout(const Hdf5Reader& file, const std::string& demo, StoredOrder order);

/// Number of frames of `demo`, all of whose datasets have the shapes and types of `layout`; else throws awd::Error.
int checked_frames(const Hdf5Reader& file, const std::string& demo, const LiberoLayout& layout);

}  // namespace awd
