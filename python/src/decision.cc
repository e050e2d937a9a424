// class Decision.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "bindings.h"
#include "decision_object.h"

namespace awd::python {
namespace {

constexpr std::pair<const char*, double Scores::*> kScalars[] = {
    {"state_drift", &Scores::state_drift},
    {"joint_drift", &Scores::joint_drift},
    {"tcp_drift", &Scores::tcp_drift},
    {"rotation_drift", &Scores::rotation_drift},
    {"position_residual", &Scores::position_residual},
    {"rotation_residual", &Scores::rotation_residual},
    {"gripper_residual", &Scores::gripper_residual},
    {"switch_in", &Scores::switch_in},
    {"masked_residual", &Scores::masked_residual},
    {"scene_motion", &Scores::scene_motion},
    {"compensated_drift", &Scores::compensated_drift},
    {"raw_drift", &Scores::raw_drift},
    {"weighted_drift", &Scores::weighted_drift},
    {"local_outlier", &Scores::local_outlier},
    {"cosine", &Scores::cosine},
    {"patch_change", &Scores::patch_change},
};

constexpr std::pair<const char*, CameraScores Scores::*> kPerCamera[] = {
    {"raw_drift_per_camera", &Scores::raw_drift_per_camera},
    {"weighted_drift_per_camera", &Scores::weighted_drift_per_camera},
    {"cosine_per_camera", &Scores::cosine_per_camera},
    {"masked_residual_per_camera", &Scores::masked_residual_per_camera},
    {"scene_motion_per_camera", &Scores::scene_motion_per_camera},
    {"compensated_drift_per_camera", &Scores::compensated_drift_per_camera},
    {"local_outlier_per_camera", &Scores::local_outlier_per_camera},
    {"patch_change_per_camera", &Scores::patch_change_per_camera},
};

nb::object words(std::span<const std::string_view> of) {
  nb::list list;
  for (const std::string_view word : of) list.append(word);
  return nb::tuple(list);
}

}  // namespace

nb::dict signal_dict(const DecisionObject& object) {
  nb::dict signals;
  for (int i = 0; i < kGateSignalCount; ++i) {
    const auto signal = static_cast<GateSignal>(i);
    const double score = object.decision.scores.of(signal);
    if (!std::isnan(score)) signals[std::string(word_of(signal)).c_str()] = score;
  }
  return signals;
}

nb::dict score_dict(const DecisionObject& object) {
  nb::dict scores;
  for (const auto& [name, member] : kScalars) {
    const double score = object.decision.scores.*member;
    if (!std::isnan(score)) scores[name] = score;
  }
  for (const auto& [name, member] : kPerCamera) {
    const std::span<const double> all = object.decision.scores.*member;
    const auto present = all.first(std::size_t(object.cameras));
    if (std::ranges::all_of(present, [](double score) { return std::isnan(score); })) continue;
    nb::list list;
    for (const double score : present) list.append(score);
    scores[name] = list;
  }
  return scores;
}

void bind_decision(nb::module_& module) {
  module.attr("REASONS") = words(kEnumWords<Reason>);
  module.attr("SIGNALS") = words(kEnumWords<GateSignal>);
  nb::class_<DecisionObject>(module, "Decision", "What the gate decided for one step, why, and every score behind it.")
      .def_prop_ro(
          "verdict", [](const DecisionObject& d) { return word_of(d.decision.verdict); }, "recompute or reuse")
      .def_prop_ro("recompute", [](const DecisionObject& d) { return !d.is_reuse(); })
      .def_prop_ro("reuse", &DecisionObject::is_reuse)
      .def_prop_ro(
          "reason", [](const DecisionObject& d) { return word_of(d.decision.reason); },
          "The rule that fired first, one of REASONS; \"reuse\" where none did.")
      .def_prop_ro(
          "age", [](const DecisionObject& d) { return d.decision.age; },
          "Steps since the anchor, 0 where nothing was held.")
      .def_prop_ro("scores", &score_dict, nb::sig("def scores(self) -> dict[str, float | list[float]]"),
                   "Scores that were computed, by name (docs/gate.md has the formulas); those that end in _per_camera "
                   "are lists. A score is absent when an earlier rule had decided or its input was not given.")
      .def_prop_ro("signals", &signal_dict, nb::sig("def signals(self) -> dict[str, float]"),
                   "The scores that limits can be put on, by name, one of SIGNALS; larger is more suspicious.")
      .def("__repr__", [](const DecisionObject& d) {
        return fmt::format("Decision({}, reason={}, age={})", word_of(d.decision.verdict), word_of(d.decision.reason),
                           d.decision.age);
      });
}

}  // namespace awd::python
