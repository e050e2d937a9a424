// Which names of a request hold the pictures, the state and the instruction: openpi's robots differ in them.
#pragma once

#include <string>
#include <vector>

#include "awd/engine_options.h"

namespace awd::server {

/// Where one camera's picture is. A request without a required one is refused; an optional one is a missing camera.
struct CameraKey {
  std::string name;
  bool is_optional = false;
};

struct ObservationKeys {
  std::vector<CameraKey> cameras{};  // in the order of PolicyInfo::cameras
  std::vector<std::string> state{};  // joined in this order
  std::string joints{};              // "": joints are not sent
  std::string prompt = "prompt";
};

/// The names that openpi's policy for `robot` reads (docs/serve.md has the table). Other robots: LIBERO's names for up
/// to two cameras, else "observation/CAMERA" and "observation/state".
ObservationKeys robot_keys(RobotKind robot, const std::vector<std::string>& cameras);

/// `keys` changed by "CAMERA=name,CAMERA=name?,state=a+b,joints=name,prompt=name"; "?" marks an optional camera; ""
/// changes nothing. Throws awd::Error naming the cameras there are on another word.
ObservationKeys with_changes(ObservationKeys keys, const std::string& changes, const std::vector<std::string>& cameras);

}  // namespace awd::server
