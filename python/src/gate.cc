// class Gate: ChunkGate with arrays. Pictures are read while the GIL is free.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "arrays.h"
#include "bindings.h"
#include "decision_object.h"
#include "observation_input.h"
#include "option_keywords.h"
#include "runtime/arm.h"
#include "runtime/chunk_gate.h"

namespace awd::python {
namespace {

constexpr const char* kWhere = "Gate";

/// An arm whose options Python keywords may change.
Arm read_arm(const std::optional<std::string>& name, const nb::kwargs& options) {
  Arm arm = name ? parse_arm(*name) : Arm{};
  for (const auto [key, value] : options) {
    const std::string option = nb::cast<std::string>(key), text = option_text(value, option, kWhere);
    const bool is_of_reuse = option == "execute" || option == "gate_device";
    if (is_of_reuse ? set_option(arm.reuse, option, text, kWhere) : set_option(arm.gate, option, text, kWhere))
      continue;
    throw Error(kWhere, fmt::format("expected an option of {}, execute, gate_device, got \"{}\"",
                                    option_names<GateOptions>(), option));
  }
  if (arm.matched_to) throw Error(kWhere, "expected an arm with a share, random:P, got random:matched");
  if (arm.reuse.mode != ReuseMode::kAligned) {
    throw Error(kWhere, fmt::format("expected an arm of mode aligned (others need the engine's cache), got {}",
                                    word_of(arm.reuse.mode)));
  }
  return arm;
}

class Gate {
 public:
  Gate(const std::optional<std::string>& arm, const nb::kwargs& options) : Gate(read_arm(arm, options)) {}

  void reset(std::uint64_t seed) {
    const OneCaller caller(is_busy_, kWhere);
    last_step_.reset();
    gate_.reset(seed);
  }

  DecisionObject decide(const StepInput& input, std::optional<std::int64_t> step, nb::handle executed) {
    const OneCaller caller(is_busy_, kWhere);
    const ObservationInput frame(input, on_device_);
    const Floats actions(executed, "executed", executed.is_none() ? 1 : sides_of(executed));
    const int steps = steps_to(step);
    DecisionObject result;
    result.cameras = int(frame.observation().cameras.size());
    {
      const nb::gil_scoped_release free;
      result.decision =
          gate_.decide({.observation = frame.observation(), .steps = steps, .executed = actions.values()});
    }
    last_step_ = step ? *step : last_step_.value_or(-1) + 1;
    return result;
  }

  void hold(const StepInput& input, nb::handle chunk, nb::handle importance) {
    const OneCaller caller(is_busy_, kWhere);
    const ObservationInput frame(input, on_device_);
    const Floats rows(chunk, "chunk", 2);
    ImportanceMaps maps;
    const bool has_maps = read_importance(importance, maps);
    const nb::gil_scoped_release free;
    gate_.hold(frame.observation(), rows.values(), int(rows.size(1)), has_maps ? &maps : nullptr);
  }

  int row() const { return gate_.row(); }

  nb::dict options() const {
    nb::dict out;
    for (const OptionText& option : list_options(gate_.gate())) out[option.name.c_str()] = option.value.c_str();
    out["execute"] = std::to_string(execute_).c_str();
    out["gate_device"] = on_device_ ? "cuda" : "cpu";
    return out;
  }

 private:
  explicit Gate(const Arm& arm)
      : execute_(arm.reuse.execute),
        on_device_(arm.reuse.gate_device == GateDevice::kCuda),
        gate_(arm.gate, arm.reuse.execute, arm.reuse.gate_device) {}

  static std::size_t sides_of(nb::handle executed) {
    nb::ndarray<nb::ro> array;
    return nb::try_cast(executed, array, false) && array.ndim() == 2 ? 2 : 1;
  }

  int steps_to(std::optional<std::int64_t> step) const {
    if (!step || !last_step_) return 1;
    if (*step <= *last_step_) {
      throw Error(kWhere,
                  fmt::format("step: expected one after {} (reset() starts an episode), got {}", *last_step_, *step));
    }
    return int(std::min<std::int64_t>(*step - *last_step_, kMostSteps));
  }

  /// No chunk is as long: more steps change nothing.
  static constexpr std::int64_t kMostSteps = 100'000;

  int execute_;
  bool on_device_;
  ChunkGate gate_;
  std::optional<std::int64_t> last_step_;
  std::atomic<bool> is_busy_ = false;
};

std::string init_signature() {
  return fmt::format(
      "def __init__(self, arm: str | None = None, *{}, execute: int = ..., gate_device: typing.Literal['cpu', 'cuda'] "
      "= ...) -> None",
      keyword_signature<GateOptions>());
}

std::string class_doc() {
  return fmt::format(
      "Decides at every control step whether the chunk of the last query may go on. One per control session.\n\n"
      "Call decide() once per step; where it says recompute, ask the policy and hand its chunk to hold().\n"
      "Options are those of the gate (docs/gate.md); `arm` (\"awd-guarded\", \"mine{{gate=awd,mode=aligned,...}}\")\n"
      "sets many at once, keywords change them further:\n\n{}"
      "    execute: steps after which a query is due whatever the gate says; 0 is the end of the chunk; default 0\n"
      "    gate_device: cpu, or cuda, where pictures may lie on the GPU; default cpu\n\n"
      "Raises awd.Error (a ValueError) on options, arrays and numbers that do not fit.",
      keyword_doc<GateOptions>());
}

constexpr const char* kStepDoc =
    "images: one picture per camera in a list, tuple or dict (None: missing): uint8 [height, width, 3] without gaps "
    "is\n"
    "    read in place; [3, height, width], strides and float32 in [0, 1] are converted. Camera 0 is the fixed one.\n"
    "state: [n] numbers as the policy is given them; joints: [n] rad; robot_masks: uint8 [cameras, 16, 16]\n"
    "prompt: another one than the anchor's recomputes\n";

}  // namespace

void bind_gate(nb::module_& module) {
  const std::string signature = init_signature(), doc = class_doc();
  const std::string decide_doc =
      std::string("Decides one control step.\n\n") + kStepDoc +
      "step: number of this step in its episode; None: one after the last. Steps between were executed from the "
      "chunk.\n"
      "executed: [n, action_dim] what was executed since the last call, if not the rows of the held chunk\n"
      "event: read by gate `oracle` only\n\nThe GIL is free while pictures are compared. A second thread is refused.";
  const std::string hold_doc =
      std::string("The step of the last decide() becomes the anchor: call it with the same observation.\n\n") +
      kStepDoc +
      "chunk: [n, action_dim] actions, row 0 for this step; None: not known, and its end is no rule\n"
      "importance: [cameras, 16, 16] non-negative weights of the patches; None or \"uniform\": all the same";
  nb::class_<Gate>(module, "Gate", doc.c_str())
      .def(
          "__init__",
          [](Gate* self, const std::optional<std::string>& arm, const nb::kwargs& options) {
            new (self) Gate(arm, options);
          },
          nb::arg("arm") = nb::none(), nb::arg("options"), nb::sig(signature.c_str()))
      .def("reset", &Gate::reset, nb::arg("seed") = 0,
           "Starts an episode: forgets everything; `seed` decides the draws of gate `random`.")
      .def(
          "decide",
          [](Gate& self, nb::handle images, nb::handle state, nb::handle joints, nb::handle robot_masks,
             const std::string& prompt, std::optional<std::int64_t> step, nb::handle executed, bool event) {
            return self.decide({images, state, joints, robot_masks, prompt, event}, step, executed);
          },
          nb::arg("images").none(), nb::arg("state").none(), nb::kw_only(), nb::arg("joints") = nb::none(),
          nb::arg("robot_masks") = nb::none(), nb::arg("prompt") = "", nb::arg("step") = nb::none(),
          nb::arg("executed") = nb::none(), nb::arg("event") = false,
          nb::sig("def decide(self, images: typing.Any, state: typing.Any, *, joints: typing.Any = None, robot_masks: "
                  "typing.Any = None, prompt: str = '', step: int | None = None, executed: typing.Any = None, event: "
                  "bool = False) -> Decision"),
          decide_doc.c_str())
      .def(
          "hold",
          [](Gate& self, nb::handle images, nb::handle state, nb::handle chunk, nb::handle importance,
             nb::handle joints, nb::handle robot_masks, const std::string& prompt) {
            self.hold({images, state, joints, robot_masks, prompt}, chunk, importance);
          },
          nb::arg("images").none(), nb::arg("state").none(), nb::kw_only(), nb::arg("chunk") = nb::none(),
          nb::arg("importance") = nb::none(), nb::arg("joints") = nb::none(), nb::arg("robot_masks") = nb::none(),
          nb::arg("prompt") = "",
          nb::sig("def hold(self, images: typing.Any, state: typing.Any, *, chunk: typing.Any = None, importance: "
                  "typing.Any = None, joints: typing.Any = None, robot_masks: typing.Any = None, prompt: str = '') -> "
                  "None"),
          hold_doc.c_str())
      .def_prop_ro("row", &Gate::row, "Row of the held chunk that is due at the step of the last decide().")
      .def_prop_ro("options", &Gate::options, nb::sig("def options(self) -> dict[str, str]"),
                   "All options with their values, for a log of the run.");
}

}  // namespace awd::python
