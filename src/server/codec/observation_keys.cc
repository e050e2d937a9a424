// The names as openpi's policies/{libero,droid,aloha}_policy.py have them.
#include "server/codec/observation_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "base/named_text.h"

namespace awd::server {

ObservationKeys robot_keys(RobotKind robot, const std::vector<std::string>& cameras) {
  const ObservationKeys libero{.cameras = {{"observation/image"}, {"observation/wrist_image"}},
                               .state = {"observation/state"},
                               .joints = "observation/joints"};
  ObservationKeys keys;
  switch (robot) {
    case RobotKind::kLibero:
      keys = libero;
      break;
    case RobotKind::kDroid:
      keys = {.cameras = {{"observation/exterior_image_1_left"}, {"observation/wrist_image_left"}},
              .state = {"observation/joint_position", "observation/gripper_position"},
              .joints = "observation/joint_position"};
      break;
    case RobotKind::kAloha:
      keys = {.cameras = {{"images/cam_high"}, {"images/cam_left_wrist", true}, {"images/cam_right_wrist", true}},
              .state = {"state"}};
      break;
    case RobotKind::kAuto:
    case RobotKind::kGeneric:
      if (cameras.size() <= libero.cameras.size()) {
        keys = libero;
      } else {
        keys = {.state = libero.state, .joints = libero.joints};
        for (const std::string& camera : cameras) keys.cameras.push_back({"observation/" + camera});
      }
      break;
  }
  for (std::size_t c = keys.cameras.size(); c < cameras.size(); ++c) {
    keys.cameras.push_back({"observation/" + cameras[c], true});
  }
  keys.cameras.resize(cameras.size());
  return keys;
}

ObservationKeys with_changes(ObservationKeys keys, const std::string& changes,
                             const std::vector<std::string>& cameras) {
  if (changes.empty()) return keys;
  for (const std::string& change : split_outside_braces(changes, ',')) {
    const std::size_t equals = change.find('=');
    const std::string word = change.substr(0, equals);
    std::string name = equals == std::string::npos ? "" : change.substr(equals + 1);
    const auto camera = std::ranges::find(cameras, word);
    const bool may_be_empty = word == "joints" || word == "state";
    const bool is_known = camera != cameras.end() || may_be_empty || word == "prompt";
    if (equals == std::string::npos || !is_known || (name.empty() && !may_be_empty)) {
      throw Error("option keys", fmt::format("expected WORD=NAME with one of the words {}, state, joints, prompt, got "
                                             "\"{}\"",
                                             fmt::join(cameras, ", "), change));
    }
    if (camera != cameras.end()) {
      const bool is_optional = name.ends_with('?');
      if (is_optional) name.pop_back();
      keys.cameras[std::size_t(camera - cameras.begin())] = {name, is_optional};
    } else if (word == "state") {
      keys.state = name.empty() ? std::vector<std::string>{} : split_outside_braces(name, '+');
    } else {
      (word == "joints" ? keys.joints : keys.prompt) = name;
    }
  }
  return keys;
}

}  // namespace awd::server
