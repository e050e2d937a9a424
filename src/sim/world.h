// World: one simulated robot at its table. Physics, cameras and the present task; actions in, observations out, 20 Hz.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "awd/options.h"
#include "awd/types.h"
#include "io/recording.h"
#include "sim/picture.h"
#include "sim/scene_state.h"
#include "sim/task.h"

namespace awd::sim {

inline constexpr int kStateDim = 8;
inline constexpr int kCameraCount = 2;
inline constexpr std::array<std::string_view, kCameraCount> kCameraNames{"base", "wrist"};

struct WorldOptions {
  int image_size = 224;
  bool render = true;
  bool shadows = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"image_size", "pixels", "side of the square camera pictures", 16, 1024}, image_size);
    v(Field{"render", "", "draw the cameras; false: observations have empty pictures"}, render);
    v(Field{"shadows", "",
            "draw shadows: three times the time and other brightness, so keep one setting for a data set"},
      shadows);
  }
};

/// Everything that decides the future of a World, as opaque values; restore() continues bit-identically.
struct WorldSnapshot;

/// Deterministic: same options, task, seed and actions give the same bits of state and pictures on one machine.
/// Not thread-safe; with `render`, use and destroy it on the thread that made it (OpenGL).
class World {
 public:
  /// Throws awd::Error where rendering is asked for and no headless OpenGL is to be had.
  explicit World(const WorldOptions& options);
  ~World();
  World(World&&) noexcept;
  World& operator=(World&&) noexcept;

  /// Starts `task` with the layout of `seed` and lets the objects settle. Throws awd::Error on an unknown task.
  void reset(std::string_view task, std::uint64_t seed);

  /// One control step (50 ms). `action` [7] in [-1, 1], clamped: dx dy dz (x 0.05 m), rotation vector (x 0.5 rad, world
  /// frame), gripper -1 open / +1 close. Throws awd::Error on a wrong length, a value that is not finite, or physics
  /// that diverged.
  void step(std::span<const float> action);

  /// Draws the cameras and reports the robot. state [8]: TCP position (m), rotation vector relative to straight down at
  /// home yaw (rad), left and right finger (m); joints [7] (rad); robot_masks as robot_mask.h says; event
  /// "speed" where the task has changed the turntable's speed before this step. Views are valid until the next
  /// observe() or reset().
  Observation observe();

  /// The same without drawing: the pictures are empty.
  Observation observe_robot();

  /// The pictures of the last observe() or observe_robot(), to be changed in place: its Observation shows the change.
  /// In the order of kCameraNames; empty where nothing was drawn.
  std::span<MutablePicture> pictures();

  /// What every pixel of the cameras shows now, [image_size, image_size] each, in the order of kCameraNames; what a
  /// scenario does to the pictures is not in it. The present task says what is target and goal; a thing that is both is
  /// the target. Costs a drawing per camera; needs WorldOptions::render. Views are valid until the next call.
  std::span<const LabelView> labels();

  bool success() const;
  /// reach, grasp, lift, move or place.
  std::string_view phase() const;
  /// Simulated seconds since reset().
  double time_s() const;
  const Task& task() const;
  const SceneState& scene() const;
  const WorldOptions& options() const;

  /// Whether any part of the prop lies within the picture of camera `camera` (index into kCameraNames), hidden or not.
  bool is_in_picture(Prop prop, int camera) const;
  /// Where a point of the table frame appears in that camera's picture, or beside it; it must lie before the camera.
  PicturePoint project(const Vec3& point, int camera) const;

  /// Where the actions so far have commanded the TCP to be; the arm follows within millimetres.
  Pose commanded_tcp() const;
  /// MuJoCo's qpos then qvel, [nq + nv].
  std::vector<double> physics_state() const;

  /// Moves object `object` (index into kObjects) at once, at rest: what perturbation scenarios do.
  void set_object_pose(int object, const Pose& pose);
  /// Moves a prop at once. What stands on it or in it stays where it is and falls.
  void set_prop(Prop prop, const Pose& pose);
  /// Either of the two.
  void set_pose(const Thing& thing, const Pose& pose);
  /// The speed (rad/s, counter-clockwise seen from above) that the turntable takes on within a few control steps.
  void set_turntable_speed(double rad_s);

  std::shared_ptr<const WorldSnapshot> save() const;
  void restore(const WorldSnapshot& snapshot);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::sim
