// Owns MuJoCo model and data, arm controller and renderer; steps them together at 20 Hz and reads out robot, objects
// and pictures.
#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"
#include "sim/arm_controller.h"
#include "sim/mujoco_model.h"
#include "sim/renderer.h"
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
  double time;
  std::vector<double> qpos, qvel, warm_start, ctrl;  // warm_start: the solver's first guess, part of the bits
  ArmController::State arm;
};

struct World::Impl {
  explicit Impl(const WorldOptions& world_options)
      : options(world_options), model(load_scene(world_options)), data(make_data(*model)), arm(*model) {
    for (int i = 0; i < kObjectCount; ++i) {
      const std::string name(kObjects[i].name);
      object_body[i] = require_id(*model, mjOBJ_BODY, name);
      object_joint[i] = require_id(*model, mjOBJ_JOINT, name);
    }
    for (int i = 0; i < kCameraCount; ++i) {
      camera[i] = require_id(*model, mjOBJ_CAMERA, std::string(kCameraNames[i]));
    }
    if (!options.render) return;
    renderer = std::make_unique<Renderer>(*model, options.shadows);
    for (auto& picture : pictures) picture.resize(std::size_t(options.image_size) * options.image_size * 3);
  }

  /// Brings body, site and camera poses up to date with qpos (no dynamics, so the solver's memory is untouched).
  void refresh() {
    mj_kinematics(model.get(), data.get());
    mj_comPos(model.get(), data.get());
    mj_camlight(model.get(), data.get());
    scene.tcp = arm.tcp(*data);
    scene.fingers = arm.fingers(*data);
    for (int i = 0; i < kObjectCount; ++i) {
      mju_copy3(scene.objects[i].position.data(), data->xpos + 3 * object_body[i]);
      mju_copy4(scene.objects[i].rotation.data(), data->xquat + 4 * object_body[i]);
    }
  }

  void write_object(int object, const Pose& pose) {
    double* q = data->qpos + model->jnt_qposadr[object_joint[object]];
    std::copy(pose.position.begin(), pose.position.end(), q);
    std::copy(pose.rotation.begin(), pose.rotation.end(), q + 3);
    mju_zero(data->qvel + model->jnt_dofadr[object_joint[object]], 6);
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
  std::unique_ptr<Renderer> renderer;  // null: not rendering
  std::array<int, kObjectCount> object_body{}, object_joint{};
  std::array<int, kCameraCount> camera{};

  const Task* task = nullptr;  // null before the first reset
  double start_time = 0;       // s
  SceneState scene;
  std::array<std::vector<std::uint8_t>, kCameraCount> pictures;  // [image_size, image_size, 3] each
  std::array<ImageView, kCameraCount> views;
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
  mj_resetData(w.model.get(), w.data.get());
  Rng rng(seed);
  const Placement placement = chosen.place(rng);
  for (int i = 0; i < kObjectCount; ++i) w.write_object(i, placement[i]);
  w.arm.reset(*w.data);
  for (int i = 0; i < kSettleSteps; ++i) w.advance(kRest);
  w.start_time = w.data->time;
}

void World::step(std::span<const float> action) {
  check_action(action);
  AWD_CHECK(impl_->task, "step before reset");
  impl_->advance(action);
}

Observation World::observe_robot() {
  AWD_CHECK(impl_->task, "observe before reset");
  Impl& w = *impl_;
  w.read_robot();
  for (ImageView& view : w.views) view = {};
  return {.cameras = w.views, .state = w.state, .joints = w.joints, .prompt = w.task->prompt()};
}

Observation World::observe() {
  const Observation observation = observe_robot();
  Impl& w = *impl_;
  if (!w.renderer) return observation;
  for (int i = 0; i < kCameraCount; ++i) {
    w.renderer->render(*w.data, w.camera[i], w.options.image_size, w.pictures[i]);
    w.views[i] = {.data = w.pictures[i].data(), .height = w.options.image_size, .width = w.options.image_size};
  }
  return observation;
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

std::shared_ptr<const WorldSnapshot> World::save() const {
  const mjModel& m = *impl_->model;
  const mjData& d = *impl_->data;
  return std::make_shared<WorldSnapshot>(WorldSnapshot{.task = &task(),
                                                       .time = d.time - impl_->start_time,
                                                       .qpos = copied(d.qpos, m.nq),
                                                       .qvel = copied(d.qvel, m.nv),
                                                       .warm_start = copied(d.qacc_warmstart, m.nv),
                                                       .ctrl = copied(d.ctrl, m.nu),
                                                       .arm = impl_->arm.state()});
}

void World::restore(const WorldSnapshot& snapshot) {
  Impl& w = *impl_;
  mj_resetData(w.model.get(), w.data.get());
  w.task = snapshot.task;
  w.start_time = -snapshot.time;  // data->time restarts at 0
  std::copy(snapshot.qpos.begin(), snapshot.qpos.end(), w.data->qpos);
  std::copy(snapshot.qvel.begin(), snapshot.qvel.end(), w.data->qvel);
  std::copy(snapshot.warm_start.begin(), snapshot.warm_start.end(), w.data->qacc_warmstart);
  std::copy(snapshot.ctrl.begin(), snapshot.ctrl.end(), w.data->ctrl);
  w.arm.restore(snapshot.arm);
  w.refresh();
}

}  // namespace awd::sim
