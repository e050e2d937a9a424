// Owns MuJoCo model and data, arm controller and renderer; steps them together at 20 Hz and reads out robot, objects
// and pictures.
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"
#include "sim/arm_controller.h"
#include "sim/geom_outline.h"
#include "sim/mujoco_model.h"
#include "sim/renderer.h"
#include "sim/robot_mask.h"
#include "sim/scene_labels.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr Action kRest{0, 0, 0, 0, 0, 0, kGripperOpen};
constexpr int kSettleSteps = 10;  // control steps of doing nothing after a reset: objects come to rest

ModelPtr load_scene(const WorldOptions& options) {
  ModelPtr model = load_model("pick_scene.xml");
  model->vis.global.offwidth = options.image_size;
  model->vis.global.offheight = options.image_size;
  model->vis.quality.offsamples = 0;     // no multisampling: a third of the time, and what the shipped policy saw
  model->vis.quality.shadowsize = 1024;  // looks right at 224 pixels; larger maps only cost
  return model;
}

std::vector<double> copied(const double* values, int count) { return {values, values + count}; }

void check_action(std::span<const float> action) {
  if (action.size() != kActionDim) {
    throw Error("world.step", fmt::format("expected an action of {} values, got {}", kActionDim, action.size()));
  }
  for (const float value : action) {
    if (!std::isfinite(value)) throw Error("world.step", fmt::format("expected finite actions, got {}", value));
  }
}

}  // namespace

struct WorldSnapshot {
  const Task* task;
  std::uint64_t seed;
  int step;
  std::string_view event;
  double time;
  std::vector<double> qpos, qvel, warm_start, ctrl;  // warm_start: the solver's first guess, part of the bits
  std::vector<double> mocap_pos, mocap_quat;
  ArmController::State arm;
};

struct World::Impl {
  explicit Impl(const WorldOptions& world_options)
      : options(world_options),
        model(load_scene(world_options)),
        data(make_data(*model)),
        arm(*model),
        robot_masks(*model),
        scene_labels(*model) {
    for (int i = 0; i < kObjectCount; ++i) {
      const std::string name(kObjects[i].name);
      object_body[i] = require_id(*model, mjOBJ_BODY, name);
      object_joint[i] = require_id(*model, mjOBJ_JOINT, name);
    }
    for (int i = 0; i < kPropCount; ++i) {
      prop_body[i] = require_id(*model, mjOBJ_BODY, std::string(kPropNames[i]));
      mocap[i] = model->body_mocapid[prop_body[i]];
      AWD_CHECK(mocap[i] >= 0, "prop {} is not a mocap body", kPropNames[i]);
    }
    button_joint = require_id(*model, mjOBJ_JOINT, "button");
    turntable_joint = require_id(*model, mjOBJ_JOINT, "turntable");
    turntable_servo = require_id(*model, mjOBJ_ACTUATOR, "turntable");
    for (int i = 0; i < kCameraCount; ++i) {
      camera[i] = require_id(*model, mjOBJ_CAMERA, std::string(kCameraNames[i]));
    }
    raw_qpos.resize(model->nq);
    if (!options.render) return;
    renderer = std::make_unique<Renderer>(*model, options.shadows);
    for (auto& picture : pictures) picture.resize(std::size_t(options.image_size) * options.image_size * 3);
  }

  /// Brings body, site and camera poses up to date with qpos (no dynamics, so the solver's memory is untouched).
  void refresh() {
    std::copy_n(data->qpos, model->nq, raw_qpos.begin());
    mj_kinematics(model.get(), data.get());
    mj_comPos(model.get(), data.get());
    mj_camlight(model.get(), data.get());
    scene.tcp = arm.tcp(*data);
    scene.fingers = arm.fingers(*data);
    for (int i = 0; i < kObjectCount; ++i) {
      mju_copy3(scene.objects[i].position.data(), data->xpos + 3 * object_body[i]);
      mju_copy4(scene.objects[i].rotation.data(), data->xquat + 4 * object_body[i]);
    }
    for (int i = 0; i < kPropCount; ++i) {
      mju_copy3(scene.props[i].position.data(), data->mocap_pos + 3 * mocap[i]);
      mju_copy4(scene.props[i].rotation.data(), data->mocap_quat + 4 * mocap[i]);
    }
    scene.button_travel = data->qpos[model->jnt_qposadr[button_joint]];
    scene.turntable_speed = data->qvel[model->jnt_dofadr[turntable_joint]];
  }

  void write_object(int object, const Pose& pose) {
    double* q = data->qpos + model->jnt_qposadr[object_joint[object]];
    std::copy(pose.position.begin(), pose.position.end(), q);
    std::copy(pose.rotation.begin(), pose.rotation.end(), q + 3);
    mju_zero(data->qvel + model->jnt_dofadr[object_joint[object]], 6);
  }

  void write_prop(int prop, const Pose& pose) {
    mju_copy3(data->mocap_pos + 3 * mocap[prop], pose.position.data());
    mju_copy4(data->mocap_quat + 4 * mocap[prop], pose.rotation.data());
  }

  void write_layout(const Layout& layout) {
    for (int i = 0; i < kObjectCount; ++i) write_object(i, layout.objects[i]);
    for (int i = 0; i < kPropCount; ++i) write_prop(i, layout.props[i]);
    data->ctrl[turntable_servo] = layout.turntable_speed;
    data->qvel[model->jnt_dofadr[turntable_joint]] = layout.turntable_speed;
  }

  void advance(std::span<const float> action) {
    arm.command(*data, action);
    for (int substep = 0; substep < kSubsteps; ++substep) {
      mj_step1(model.get(), data.get());
      arm.drive(*data, double(substep + 1) / kSubsteps);
      mj_step2(model.get(), data.get());
    }
    refresh();
    for (const mjWarningStat& warning : data->warning) {
      if (warning.number > 0) throw Error("world.step", "expected stable physics, got a MuJoCo warning (diverged)");
    }
  }

  /// What the task itself changes between two control steps.
  void follow_task() {
    const std::optional<double> speed = task->turntable_change(seed, ++step);
    if (speed) data->ctrl[turntable_servo] = *speed;
    event = speed ? "speed" : "";
  }

  void read_robot() {
    const Vec3 rotation = rotation_from_down(scene.tcp.rotation);
    for (int i = 0; i < 3; ++i) state[i] = float(scene.tcp.position[i]);
    for (int i = 0; i < 3; ++i) state[3 + i] = float(rotation[i]);
    for (int i = 0; i < 2; ++i) state[6 + i] = float(scene.fingers[i]);
    const JointVector q = arm.joints(*data);
    std::transform(q.begin(), q.end(), joints.begin(), [](double angle) { return float(angle); });
  }

  WorldOptions options;
  ModelPtr model;
  DataPtr data;
  ArmController arm;
  RobotMasks robot_masks;
  SceneLabels scene_labels;
  std::unique_ptr<Renderer> renderer;  // null: not rendering
  std::array<int, kObjectCount> object_body{}, object_joint{};
  std::array<int, kPropCount> prop_body{};
  std::array<int, kPropCount> mocap{};  // index into mocap_pos and mocap_quat
  int button_joint = 0, turntable_joint = 0, turntable_servo = 0;
  std::array<int, kCameraCount> camera{};

  const Task* task = nullptr;  // null before the first reset
  std::uint64_t seed = 0;      // of the episode
  int step = 0;                // control steps since reset
  std::string_view event;      // what the task changed before this step
  double start_time = 0;       // s
  SceneState scene;
  std::vector<double> raw_qpos;  // [nq] before the last refresh, which normalises quaternions: doing so twice is not
                                 // the same bits, so a snapshot keeps these
  std::array<std::vector<std::uint8_t>, kCameraCount> pictures;  // [image_size, image_size, 3] each
  std::array<ImageView, kCameraCount> views;
  std::array<MutablePicture, kCameraCount> mutable_views;
  std::array<std::array<std::uint8_t, PictureCover::kCells>, kCameraCount> mask_shares{};
  std::array<RobotMask, kCameraCount> masks;
  std::array<std::vector<SceneLabel>, kCameraCount> labels;  // [image_size, image_size] each, once asked for
  std::array<LabelView, kCameraCount> label_views;
  std::array<float, kStateDim> state{};
  std::array<float, kArmJoints> joints{};
};

World::World(const WorldOptions& options) : impl_(std::make_unique<Impl>(options)) {}
World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

void World::reset(std::string_view task, std::uint64_t seed) {
  const Task& chosen = find_task(task);
  Impl& w = *impl_;
  w.task = &chosen;
  w.seed = seed;
  w.step = 0;
  w.event = {};
  mj_resetData(w.model.get(), w.data.get());
  Rng rng(seed);
  w.write_layout(chosen.place(rng));
  w.arm.reset(*w.data);
  for (int i = 0; i < kSettleSteps; ++i) w.advance(kRest);
  w.start_time = w.data->time;
}

void World::step(std::span<const float> action) {
  check_action(action);
  AWD_CHECK(impl_->task, "step before reset");
  impl_->advance(action);
  impl_->follow_task();
}

Observation World::observe_robot() {
  AWD_CHECK(impl_->task, "observe before reset");
  Impl& w = *impl_;
  w.read_robot();
  w.views.fill({});
  w.mutable_views.fill({});
  return {.cameras = w.views, .state = w.state, .joints = w.joints, .prompt = w.task->prompt(), .event = w.event};
}

Observation World::observe() {
  Observation observation = observe_robot();
  Impl& w = *impl_;
  const int size = w.options.image_size;
  for (int i = 0; i < kCameraCount; ++i) {
    w.robot_masks.fill(*w.data, w.camera[i], w.mask_shares[i]);
    w.masks[i].data = w.mask_shares[i].data();
    if (!w.renderer) continue;
    w.renderer->render(*w.data, w.camera[i], size, w.pictures[i]);
    w.views[i] = {.data = w.pictures[i].data(), .height = size, .width = size};
    w.mutable_views[i] = {.rgb = w.pictures[i].data(), .height = size, .width = size};
  }
  observation.robot_masks = w.masks;
  return observation;
}

std::span<MutablePicture> World::pictures() {
  const bool is_drawn = impl_->mutable_views[0].rgb != nullptr;
  return std::span(impl_->mutable_views).first(is_drawn ? kCameraCount : 0);
}

std::span<const LabelView> World::labels() {
  Impl& w = *impl_;
  AWD_CHECK(w.task && w.renderer, "labels before reset, or without render");
  const int size = w.options.image_size;
  for (int i = 0; i < kCameraCount; ++i) {
    w.labels[i] = w.scene_labels.of_geoms(w.renderer->segment(*w.data, w.camera[i], size), *w.task);
    w.label_views[i] = {.data = w.labels[i].data(), .height = size, .width = size};
  }
  return w.label_views;
}

bool World::is_in_picture(Prop prop, int camera) const {
  AWD_CHECK(camera >= 0 && camera < kCameraCount, "camera {}", camera);
  const Impl& w = *impl_;
  return is_body_in_picture(*w.model, *w.data, w.prop_body[std::size_t(prop)], w.camera[camera]);
}

PicturePoint World::project(const Vec3& point, int camera) const {
  AWD_CHECK(camera >= 0 && camera < kCameraCount, "camera {}", camera);
  return PinholeCamera::of(*impl_->model, *impl_->data, impl_->camera[camera]).project(point);
}

bool World::success() const { return task().is_success(impl_->scene); }
std::string_view World::phase() const { return word_of(task().phase(impl_->scene)); }
double World::time_s() const { return impl_->data->time - impl_->start_time; }
const SceneState& World::scene() const { return impl_->scene; }
const WorldOptions& World::options() const { return impl_->options; }
Pose World::commanded_tcp() const { return impl_->arm.state().command; }

const Task& World::task() const {
  AWD_CHECK(impl_->task, "no task before reset");
  return *impl_->task;
}

std::vector<double> World::physics_state() const {
  std::vector<double> state = copied(impl_->data->qpos, impl_->model->nq);
  state.insert(state.end(), impl_->data->qvel, impl_->data->qvel + impl_->model->nv);
  return state;
}

void World::set_object_pose(int object, const Pose& pose) {
  AWD_CHECK(object >= 0 && object < kObjectCount, "object {}", object);
  impl_->write_object(object, pose);
  impl_->refresh();
}

void World::set_prop(Prop prop, const Pose& pose) {
  impl_->write_prop(int(prop), pose);
  impl_->refresh();
}

void World::set_pose(const Thing& thing, const Pose& pose) {
  const auto* object = std::get_if<ObjectId>(&thing);
  object ? set_object_pose(object->index, pose) : set_prop(std::get<Prop>(thing), pose);
}

void World::set_turntable_speed(double rad_s) { impl_->data->ctrl[impl_->turntable_servo] = rad_s; }

std::shared_ptr<const WorldSnapshot> World::save() const {
  const mjModel& m = *impl_->model;
  const mjData& d = *impl_->data;
  return std::make_shared<WorldSnapshot>(WorldSnapshot{.task = &task(),
                                                       .seed = impl_->seed,
                                                       .step = impl_->step,
                                                       .event = impl_->event,
                                                       .time = d.time - impl_->start_time,
                                                       .qpos = impl_->raw_qpos,
                                                       .qvel = copied(d.qvel, m.nv),
                                                       .warm_start = copied(d.qacc_warmstart, m.nv),
                                                       .ctrl = copied(d.ctrl, m.nu),
                                                       .mocap_pos = copied(d.mocap_pos, 3 * m.nmocap),
                                                       .mocap_quat = copied(d.mocap_quat, 4 * m.nmocap),
                                                       .arm = impl_->arm.state()});
}

void World::restore(const WorldSnapshot& snapshot) {
  Impl& w = *impl_;
  mj_resetData(w.model.get(), w.data.get());
  w.task = snapshot.task;
  w.seed = snapshot.seed;
  w.step = snapshot.step;
  w.event = snapshot.event;
  w.start_time = -snapshot.time;  // data->time restarts at 0
  std::copy(snapshot.qpos.begin(), snapshot.qpos.end(), w.data->qpos);
  std::copy(snapshot.qvel.begin(), snapshot.qvel.end(), w.data->qvel);
  std::copy(snapshot.warm_start.begin(), snapshot.warm_start.end(), w.data->qacc_warmstart);
  std::copy(snapshot.ctrl.begin(), snapshot.ctrl.end(), w.data->ctrl);
  std::copy(snapshot.mocap_pos.begin(), snapshot.mocap_pos.end(), w.data->mocap_pos);
  std::copy(snapshot.mocap_quat.begin(), snapshot.mocap_quat.end(), w.data->mocap_quat);
  w.arm.restore(snapshot.arm);
  w.refresh();
}

}  // namespace awd::sim
