// Collects the frames of one demonstration and writes them as an HDF5 group: LIBERO's datasets, then ours under awd/.
#include "sim/demonstration.h"

#include <fmt/format.h>

#include <algorithm>

namespace awd::sim {
namespace {

template <class T, class Range>
void extend(std::vector<T>& out, const Range& values) {
  for (const auto value : values) out.push_back(T(value));
}

constexpr int kLabelCompression = 1;  // gzip level: flat areas shrink to a hundredth at any

/// For every frame the end of its segment: frames [t, end) hold a valid chunk of labels for frame t.
std::vector<std::int32_t> segment_ends(const Demonstration& demo) {
  std::vector<std::int32_t> ends(demo.length, demo.length);
  for (std::size_t s = 0; s + 1 < demo.segment_starts.size(); ++s) {
    std::fill(ends.begin() + demo.segment_starts[s], ends.begin() + demo.segment_starts[s + 1],
              demo.segment_starts[s + 1]);
  }
  return ends;
}

/// Columns first .. first + count - 1 of rows of `width` values.
std::vector<float> columns(const std::vector<float>& rows, int width, int first, int count) {
  std::vector<float> out;
  for (std::size_t row = 0; row < rows.size(); row += width) {
    out.insert(out.end(), rows.begin() + row + first, rows.begin() + row + first + count);
  }
  return out;
}

void append_pose(std::vector<float>& rows, const Pose& pose) {
  extend(rows, pose.position);
  rows.push_back(float(yaw_of(pose.rotation)));
}

void write_observations(const Demonstration& demo, const Hdf5Group& group, int compress) {
  const std::size_t length = demo.length, size = demo.image_size;
  group.write("agentview_rgb", {length, size, size, 3}, demo.pictures[0], compress);
  group.write("eye_in_hand_rgb", {length, size, size, 3}, demo.pictures[1], compress);
  group.write("ee_states", {length, 6}, demo.ee_states);
  group.write("ee_pos", {length, 3}, columns(demo.ee_states, 6, 0, 3));
  group.write("ee_ori", {length, 3}, columns(demo.ee_states, 6, 3, 3));
  group.write("gripper_states", {length, 2}, demo.grippers);
  group.write("joint_states", {length, 7}, demo.joints);
}

void write_labels(const Demonstration& demo, const Hdf5Group& group) {
  const std::size_t length = demo.length, size = demo.image_size;
  group.write("agentview", {length, size, size}, demo.labels[0], kLabelCompression);
  group.write("eye_in_hand", {length, size, size}, demo.labels[1], kLabelCompression);
}

}  // namespace

void Demonstration::clear() {
  for (auto& frames : pictures) frames.clear();
  for (auto& frames : labels) frames.clear();
  phases.clear();
  for (auto* values : {&actions, &ee_states, &grippers, &joints, &object_poses, &focus, &goal}) values->clear();
  physics.clear();
  robot.clear();
  rewards.clear();
  segment_starts.clear();
  length = 0;
}

void Demonstration::append(const World& world, const Observation& observation, const Action& action,
                           std::span<const LabelView> scene_labels) {
  if (length == 0) segment_starts = {0};
  const SceneState& scene = world.scene();
  image_size = world.options().image_size;
  for (int i = 0; i < kCameraCount; ++i) {
    const ImageView& view = observation.cameras[i];
    pictures[i].insert(pictures[i].end(), view.data, view.data + std::size_t(view.height) * view.width * 3);
  }
  for (std::size_t i = 0; i < scene_labels.size(); ++i) {
    const LabelView& view = scene_labels[i];
    extend(labels[i], std::span(view.data, std::size_t(view.height) * view.width));
  }
  phases.push_back(std::uint8_t(world.task().phase(scene)));
  extend(actions, action);
  extend(physics, world.physics_state());
  const Quat& q = scene.tcp.rotation;
  extend(robot, scene.fingers);
  extend(robot, scene.tcp.position);
  extend(robot, Quat{q[1], q[2], q[3], q[0]});
  extend(ee_states, observation.state.subspan(0, 6));
  extend(grippers, observation.state.subspan(6, 2));
  extend(joints, observation.joints);
  for (const Pose& object : scene.objects) append_pose(object_poses, object);
  append_pose(focus, world.task().focus(scene));
  append_pose(goal, world.task().goal(scene));
  ++length;
}

void Demonstration::break_segment() {
  if (length > 0 && segment_starts.back() != length) segment_starts.push_back(length);
}

void write_demonstration(const Demonstration& demo, const Hdf5Group& data, const std::string& name, int compress) {
  const std::size_t length = demo.length;
  const Hdf5Group group = data.create_group(name);
  group.set_attribute("num_samples", length);
  group.set_attribute("task", demo.task);
  group.set_attribute("language_instruction", demo.prompt);
  group.set_attribute("scenario", demo.scenario);
  group.set_attribute("seed", demo.seed);
  group.set_attribute("success", std::uint64_t{1});
  group.set_attribute("phases", fmt::format("{}", fmt::join(kEnumWords<Phase>, ",")));

  std::vector<std::uint8_t> dones(length, 0);
  dones.back() = 1;
  group.write("actions", {length, 7}, demo.actions);
  group.write("states", {length, demo.physics.size() / length}, demo.physics);
  group.write("robot_states", {length, 9}, demo.robot);
  group.write("rewards", {length}, demo.rewards);
  group.write("dones", {length}, dones);
  write_observations(demo, group.create_group("obs"), compress);

  const Hdf5Group ours = group.create_group("awd");
  ours.write("object_poses", {length, kObjectCount, 4}, demo.object_poses);
  ours.write("focus", {length, 4}, demo.focus);
  ours.write("goal", {length, 4}, demo.goal);
  ours.write("target", {length}, std::vector<std::int32_t>(length, demo.target));
  ours.write("segment_end", {length}, segment_ends(demo));
  ours.write("phase", {length}, demo.phases);
  if (!demo.labels[0].empty()) write_labels(demo, ours.create_group("labels"));
}

}  // namespace awd::sim
