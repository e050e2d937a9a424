// The gate against the study's formulas as PyTorch evaluates them (tests/golden/make_gate_goldens.py).
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include "awd/gate.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

/// One `case` of the golden file; `expected` maps a key (raw, weighted, cosine, weight) to its numbers.
struct GoldenCase {
  std::string name;
  std::uint32_t colour_seed = 0, noise_a = 0, noise_b = 0, importance_seed = 0;
  int intruder_rows = 0;
  GateOptions options;
  std::map<std::string, std::vector<double>> expected;
};

struct GoldenDecision {
  std::string case_name, reason;
  double state_shift = 0, score = 0;
  GateOptions options;
};

struct Goldens {
  std::vector<GoldenCase> cases;
  std::vector<GoldenDecision> decisions;
};

Goldens read_goldens() {
  std::ifstream file(std::string(AWD_SOURCE_DIR) + "/src/gate/testdata/gate_goldens.txt");
  Goldens goldens;
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string key;
    in >> key;
    if (key == "case") {
      GoldenCase c;
      std::string range;
      in >> c.name >> c.colour_seed >> c.noise_a >> c.noise_b >> c.intruder_rows >> c.importance_seed >>
          c.options.pool >> c.options.dilation >> range;
      c.options.pixel_range = range == "unit" ? PixelRange::kUnit : PixelRange::kModel;
      goldens.cases.push_back(c);
    } else if (key == "decision") {
      GoldenDecision d;
      in >> d.case_name >> d.state_shift >> d.options.state_threshold >> d.options.drift_threshold >> d.reason >>
          d.score;
      goldens.decisions.push_back(d);
    } else {
      for (double value; in >> value;) goldens.cases.back().expected[key].push_back(value);
    }
  }
  return goldens;
}

/// torch.linspace(-1, 1, 8), one component moved.
std::vector<float> state_vector(double shift) {
  std::vector<float> state(8);
  for (int i = 0; i < 8; ++i) state[i] = float(-1.0 + 2.0 * i / 7.0);
  state[3] += float(shift);
  return state;
}

void expect_near(double actual, double expected, const std::string& what) {
  EXPECT_NEAR(actual, expected, 1e-5 * std::max(1.0, std::abs(expected))) << what;
}

Decision run(const GoldenCase& c, const GateOptions& options, double state_shift, Anchor& anchor) {
  const TestScene held(c.colour_seed, c.noise_a), now(c.colour_seed, c.noise_b, c.intruder_rows);
  const std::vector<float> held_state = state_vector(0), state = state_vector(state_shift);
  set_anchor({held.views, held_state, {}, 0}, test_importance_maps(c.importance_seed), options, anchor);
  GateState gate_state;
  return decide({now.views, state, {}, 1}, anchor, options, gate_state);
}

TEST(GateGolden, ScoresEqualTheStudysFormulas) {
  const Goldens goldens = read_goldens();
  ASSERT_EQ(goldens.cases.size(), 10u);
  for (const GoldenCase& c : goldens.cases) {
    GateOptions options = c.options;
    options.explain = true;
    Anchor anchor;
    const Scores scores = run(c, options, 0, anchor).scores;
    for (int camera = 0; camera < 2; ++camera) {
      expect_near(scores.raw_drift_per_camera[camera], c.expected.at("raw")[camera], c.name + " raw");
      expect_near(scores.weighted_drift_per_camera[camera], c.expected.at("weighted")[camera], c.name + " weighted");
      expect_near(scores.cosine_per_camera[camera], c.expected.at("cosine")[camera], c.name + " cosine");
    }
    const std::vector<double>& weighted = c.expected.at("weighted");
    expect_near(scores.weighted_drift, (weighted[0] + weighted[1]) / 2, c.name + " mean over cameras");
    expect_near(scores.cosine, std::min(c.expected.at("cosine")[0], c.expected.at("cosine")[1]),
                c.name + " min cosine");
  }
}

TEST(GateGolden, DilatedWeightEqualsResizeAndMaxPool) {
  for (const GoldenCase& c : read_goldens().cases) {
    Anchor anchor;
    (void)run(c, c.options, 0, anchor);
    const std::vector<float>& weight = anchor.cameras[0].weight;
    const std::vector<double>& expected = c.expected.at("weight");
    ASSERT_EQ((weight.size() + 4) / 5, expected.size()) << c.name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(weight[5 * i], expected[i], 5e-6 * expected[i]) << c.name << " cell " << 5 * i;
    }
  }
}

TEST(GateGolden, DecisionsEqualTheStudysGate) {
  const Goldens goldens = read_goldens();
  ASSERT_EQ(goldens.decisions.size(), 8u);
  for (const GoldenDecision& d : goldens.decisions) {
    const auto c = std::ranges::find(goldens.cases, d.case_name, &GoldenCase::name);
    ASSERT_NE(c, goldens.cases.end());
    GateOptions options = d.options;
    options.pixel_range = c->options.pixel_range;
    Anchor anchor;
    const Decision decision = run(*c, options, d.state_shift, anchor);
    EXPECT_EQ(word_of(decision.reason), d.reason) << d.case_name;
    EXPECT_EQ(decision.verdict == Verdict::kReuse, d.reason == "reuse") << d.case_name;
    const bool by_state = decision.reason == Reason::kStateGuard;
    expect_near(by_state ? decision.scores.state_drift : decision.scores.weighted_drift, d.score, d.case_name);
  }
}

}  // namespace
}  // namespace awd
