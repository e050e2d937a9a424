// Options of `awd calibrate`.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/signals/risk_control.h"
#include "awd/gate_scores.h"
#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

enum class CalibrationMethod { kLearnThenTest, kConformal };

}  // namespace awd::cli

namespace awd {
template <>
inline constexpr std::string_view kEnumWords<cli::CalibrationMethod>[] = {"learn_then_test", "conformal"};
}  // namespace awd

namespace awd::cli {

struct CalibrateOptions {
  CalibrationMethod method = CalibrationMethod::kLearnThenTest;
  std::string arm = "awd-guarded";
  std::string grid;
  GateSignal signal = GateSignal::kMaskedResidual;
  double limit = 0.05;
  double error = 0.1;
  RiskTest test = RiskTest::kExact;
  Correction correction = Correction::kBonferroni;
  std::string scenario = "clean";
  int trials = 50;
  int check_trials = 50;
  std::uint64_t seed = 20000;
  std::string runs;
  EpisodeOptions run{};
  OutputOptions output{};

  template <class V>
  void visit(V&& v) {
    v(Field{"method", "",
            "learn_then_test: options of a finite grid that lose at most a share of the episodes that querying every "
            "step wins; conformal: a signal's limit that an undisturbed episode exceeds at most with a given chance"},
      method);
    v(Field{"arm", "ARM", "gate whose options are chosen, as in awd eval --arms"}, arm);
    v(Field{"grid", "a=1,2;b=3,4",
            "learn_then_test: values of the arm's options, every combination, at most 16; for fixed_sequence from safe "
            "to cheap, the last option varying fastest"},
      grid);
    v(Field{"signal", "", "conformal: the signal whose limit max_SIGNAL is chosen"}, signal);
    v(Field{"limit", "",
            "alpha: share of lost episodes (learn_then_test) or of disturbed-by-itself episodes (conformal) that must "
            "not be exceeded",
            0.0001, 0.9999},
      limit);
    v(Field{"error", "", "delta: chance that the guarantee of learn_then_test fails", 0.0001, 0.9999}, error);
    v(Field{"test", "", "learn_then_test: p-value, exact (binomial) or hoeffding_bentkus"}, test);
    v(Field{"correction", "", "learn_then_test: bonferroni or fixed_sequence"}, correction);
    v(Field{"scenario", "all|S,...", "perturbations, as in awd eval; the guarantee is for their mixture"}, scenario);
    v(Field{"trials", "episodes", "calibration episodes per scenario and task", 1, 1e6}, trials);
    v(Field{"check_trials", "episodes",
            "episodes per scenario and task of the held-out check on other seeds; 0 is none", 0, 1e6},
      check_trials);
    v(Field{"seed", "", "seed of the first calibration episode; the check's seeds follow behind the last", 0}, seed);
    v(Field{"runs", "DIR",
            "learn_then_test: a run directory of awd eval in place of the calibration runs; its arms but none are the "
            "configurations"},
      runs);
    run.visit(v);
    output.visit(v);
  }
};

}  // namespace awd::cli
