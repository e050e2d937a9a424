// class Engine: a checkpoint, and one full query at a time.
#include "awd/engine.h"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "observation_input.h"
#include "option_keywords.h"
#include "policy_object.h"

namespace awd::python {
namespace {

constexpr const char* kWhere = "Engine";

EngineOptions read_options(const nb::kwargs& keywords) {
  EngineOptions options;
  for (const auto [key, value] : keywords) {
    const std::string name = nb::cast<std::string>(key);
    if (set_option(options, name, option_text(value, name, kWhere), kWhere)) continue;
    throw Error(kWhere, fmt::format("expected an option of {}, got \"{}\"", option_names<EngineOptions>(), name));
  }
  return options;
}

constexpr const char* kInferDoc =
    "One full query: {'actions': [horizon, action_dim] float32, 'awd/importance': [cameras, 16, 16]}.\n\n"
    "observation: as for Policy.act(). noise: [horizon, model_action_dim] start of the flow; None is zeros, as "
    "policies\n"
    "have it by default. The GIL is free meanwhile.";

}  // namespace

EngineObject::EngineObject(const std::string& folder, const nb::kwargs& keywords) {
  const EngineOptions options = read_options(keywords);
  backend_ = options.backend;
  const nb::gil_scoped_release free;
  engine_ = Engine::load(folder, options);
}

nb::dict EngineObject::infer(const nb::dict& observation, nb::handle noise) {
  const OneCaller caller(is_busy_, kWhere);
  const EngineInfo& info = engine_->info();
  const ObservationDict dict(observation, info.cameras);
  const ObservationInput input(dict.input(), false);
  const Floats start(noise, "noise", 2);
  const std::vector<float> zeros(start.values().empty() ? std::size_t(info.horizon) * info.model_action_dim : 0);
  ImportanceMaps maps;
  {
    const nb::gil_scoped_release free;
    if (session_ == nullptr) session_ = Session::create(engine_);
    (void)session_->encode(input.observation(), cache_);
    session_->denoise(cache_, input.observation().state, zeros.empty() ? start.values() : zeros, chunk_, &maps);
  }
  nb::dict out;
  out["actions"] = numpy_array(chunk_.values, {std::size_t(chunk_.horizon), std::size_t(chunk_.dim)});
  out["awd/importance"] = maps_array(maps);
  return out;
}

nb::dict EngineObject::info() const {
  const EngineInfo& info = engine_->info();
  nb::dict out;
  out["name"] = info.name.c_str();
  out["pi05"] = info.pi05;
  nb::list cameras, notes;
  for (const std::string& camera : info.cameras) cameras.append(camera.c_str());
  for (const std::string& note : info.notes) notes.append(note.c_str());
  out["cameras"] = cameras;
  out["image_size"] = info.image_size;
  out["state_dim"] = info.state_dim;
  out["action_dim"] = info.action_dim;
  out["model_action_dim"] = info.model_action_dim;
  out["horizon"] = info.horizon;
  out["flow_steps"] = info.flow_steps;
  out["weight_bytes"] = info.weight_bytes;
  out["dtype"] = std::string(word_of(info.dtype)).c_str();
  out["robot"] = std::string(word_of(info.robot)).c_str();
  out["notes"] = notes;
  return out;
}

void bind_engine(nb::module_& module) {
  const std::string signature =
      fmt::format("def __init__(self, folder: str, *{}) -> None", keyword_signature<EngineOptions>());
  const std::string doc = fmt::format(
      "A pi0 or pi0.5 checkpoint (AWD's own, LeRobot's or openpi's folder), loaded once and shared by its "
      "policies.\n\n{}"
      "\nRaises awd.Error naming file and field for anything missing or of another shape.",
      keyword_doc<EngineOptions>());
  nb::class_<EngineObject>(module, "Engine", doc.c_str())
      .def(
          "__init__",
          [](EngineObject* self, const std::string& folder, const nb::kwargs& options) {
            new (self) EngineObject(folder, options);
          },
          nb::arg("folder"), nb::arg("options"), nb::sig(signature.c_str()))
      .def("infer", &EngineObject::infer, nb::arg("observation"), nb::arg("noise") = nb::none(),
           nb::sig("def infer(self, observation: dict[str, typing.Any], noise: typing.Any = None) -> dict[str, "
                   "typing.Any]"),
           kInferDoc)
      .def_prop_ro("info", &EngineObject::info, nb::sig("def info(self) -> dict[str, typing.Any]"));
}

}  // namespace awd::python
