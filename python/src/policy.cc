// class Policy: gate + engine behind one call per control step.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "awd/reuse.h"
#include "bindings.h"
#include "decision_object.h"
#include "policy_object.h"
#include "runtime/arm.h"

namespace awd::python {
namespace {

constexpr const char* kWhere = "Policy";
constexpr std::array<const char*, 6> kKeys{"images", "state", "prompt", "joints", "robot_masks", "event"};

/// Pictures in the engine's order; a camera that is not in the dict is missing.
nb::object by_camera(const nb::dict& images, const std::vector<std::string>& cameras) {
  nb::list list;
  std::size_t found = 0;
  for (const std::string& camera : cameras) {
    const bool is_there = images.contains(camera.c_str());
    found += is_there;
    list.append(is_there ? nb::object(images[camera.c_str()]) : nb::none());
  }
  if (found == images.size()) return list;
  throw Error("observation", fmt::format("images: expected cameras among {}, got {}", fmt::join(cameras, ", "),
                                         nb::cast<std::string>(nb::str(images.keys()))));
}

/// The result of one step, with memory of its own.
struct StepResult {
  nb::object action;
  DecisionObject decision;
  StepTiming timing;
  double query_work = 0;
};

class PolicyObject {
 public:
  PolicyObject(const EngineObject& engine, const std::string& arm)
      : policy_(make_policy(engine.engine(), arm)),
        arm_(arm),
        on_device_(engine.backend() == EngineBackend::kCuda && parse_arm(arm).reuse.gate_device == GateDevice::kCuda) {}

  StepResult act(const nb::dict& observation) {
    const OneCaller caller(is_busy_, kWhere);
    const ObservationDict dict(observation, policy_->info().cameras);
    const ObservationInput input(dict.input(), on_device_);
    ActResult result;
    {
      const nb::gil_scoped_release free;
      result = policy_->act(input.observation());
    }
    return {.action = numpy_array(result.action, {result.action.size()}),
            .decision = {result.decision, int(policy_->info().cameras.size())},
            .timing = result.timing,
            .query_work = result.query_work};
  }

  void reset(std::uint64_t seed) {
    const OneCaller caller(is_busy_, kWhere);
    policy_->reset(seed);
  }

  void skip(int steps) {
    const OneCaller caller(is_busy_, kWhere);
    if (steps < 0) throw Error(kWhere, fmt::format("skip: expected 0 or more steps, got {}", steps));
    policy_->skip(steps);
  }

  nb::object plan() {
    const OneCaller caller(is_busy_, kWhere);
    const std::size_t dim = std::size_t(policy_->info().action_dim);
    return numpy_array(policy_->plan(), {policy_->plan().size() / dim, dim});
  }

  nb::object importance() {
    const OneCaller caller(is_busy_, kWhere);
    const ImportanceMaps* maps = policy_->importance();
    return maps == nullptr ? nb::none() : maps_array(*maps);
  }

  nb::dict info() const {
    const PolicyInfo& info = policy_->info();
    nb::dict out;
    out["name"] = info.name.c_str();
    nb::list cameras;
    for (const std::string& camera : info.cameras) cameras.append(camera.c_str());
    out["cameras"] = cameras;
    out["image_size"] = info.image_size;
    out["state_dim"] = info.state_dim;
    out["action_dim"] = info.action_dim;
    out["horizon"] = info.horizon;
    out["arm"] = arm_.c_str();
    return out;
  }

 private:
  std::unique_ptr<Policy> policy_;
  std::string arm_;
  bool on_device_;  // whether nothing reads pictures on the CPU, so that they may lie on a GPU
  std::atomic<bool> is_busy_ = false;
};

nb::dict timing_dict(const StepResult& result) {
  nb::dict out;
  out["gate_ms"] = result.timing.gate_ms;
  out["vision_ms"] = result.timing.vision_ms;
  out["prefix_ms"] = result.timing.prefix_ms;
  out["denoise_ms"] = result.timing.denoise_ms;
  out["total_ms"] = result.timing.total_ms;
  return out;
}

constexpr const char* kActDoc =
    "One control step.\n\n"
    "observation: a dict of images (dict by camera name, or list in the order of info['cameras']; uint8\n"
    "    [image_size, image_size, 3] is read in place), state [state_dim], prompt, and optionally joints [n] rad,\n"
    "    robot_masks uint8 [cameras, 16, 16] and event (bool, read by gate `oracle` only).\n"
    "The GIL is free meanwhile. Raises awd.Error on an observation that does not fit.";

}  // namespace

ObservationDict::ObservationDict(const nb::dict& observation, const std::vector<std::string>& cameras) {
  for (const auto [key, value] : observation) {
    const std::string name = nb::cast<std::string>(nb::str(key));
    if (std::ranges::find(kKeys, name) == kKeys.end()) {
      throw Error("observation", fmt::format("expected keys among {}, got \"{}\"", fmt::join(kKeys, ", "), name));
    }
  }
  const auto value_of = [&](const char* key) {
    return observation.contains(key) ? nb::object(observation[key]) : nb::object(nb::none());
  };
  images_ = value_of("images");
  if (images_.is_none()) throw Error("observation", "expected the key images, got none");
  if (nb::isinstance<nb::dict>(images_)) images_ = by_camera(nb::borrow<nb::dict>(images_), cameras);
  state_ = value_of("state");
  joints_ = value_of("joints");
  masks_ = value_of("robot_masks");
  const nb::object prompt = value_of("prompt"), event = value_of("event");
  input_ = {images_,
            state_,
            joints_,
            masks_,
            prompt.is_none() ? "" : nb::cast<std::string>(nb::str(prompt)),
            !event.is_none() && nb::cast<bool>(event)};
}

void bind_policy(nb::module_& module) {
  nb::class_<StepResult>(module, "ActResult", "What Policy.act() gives for one step.")
      .def_ro("action", &StepResult::action, nb::sig("def action(self) -> numpy.typing.NDArray[numpy.float32]"),
              "[action_dim] float32, robot units")
      .def_ro("decision", &StepResult::decision)
      .def_ro("query_work", &StepResult::query_work,
              "Share of a full query's vision and prefix that ran: 1 full, 0 none.")
      .def_prop_ro("timing", &timing_dict, nb::sig("def timing(self) -> dict[str, float]"),
                   "Wall time in ms: gate_ms, vision_ms, prefix_ms, denoise_ms, total_ms.");
  nb::class_<PolicyObject>(module, "Policy",
                           "Gate, engine and chunk behind one call per control step. Not for two threads at once.")
      .def(nb::init<const EngineObject&, const std::string&>(), nb::arg("engine"), nb::arg("arm") = "awd-aligned",
           "arm: which gate and reuse mode, such as \"awd-guarded\" or \"mine{gate=awd,mode=aligned,pool=4}\".")
      .def("act", &PolicyObject::act, nb::arg("observation"),
           nb::sig("def act(self, observation: dict[str, typing.Any]) -> ActResult"), kActDoc)
      .def("reset", &PolicyObject::reset, nb::arg("seed") = 0, "Starts an episode.")
      .def("skip", &PolicyObject::skip, nb::arg("steps"),
           "The next `steps` rows of the plan were executed without asking: the next act() is that much later.")
      .def_prop_ro("plan", &PolicyObject::plan, nb::sig("def plan(self) -> numpy.typing.NDArray[numpy.float32]"),
                   "[n, action_dim] float32: what would be executed from the step of the last act() on.")
      .def_prop_ro("importance", &PolicyObject::importance,
                   nb::sig("def importance(self) -> numpy.typing.NDArray[numpy.float32] | None"),
                   "[cameras, 16, 16] float32 of the last full query; None before it.")
      .def_prop_ro("info", &PolicyObject::info, nb::sig("def info(self) -> dict[str, typing.Any]"));
}

}  // namespace awd::python
