// Latency of one gate decision on two 224 x 224 x 3 pictures, one thread. The answer is checked against plain float
// loops before anything is timed. Every call is timed by itself: p50_us and p95_us are over calls, n is their number.
// The benchmarks' names and counters are read by bench/gate_torch.py.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "awd/gate.h"
#include "base/clock.h"
#include "gate/importance_weight.h"
#include "gate/state_guard.h"
#include "gate/test_pictures.h"

namespace awd {
namespace {

constexpr int kSide = 224, kPool = 8, kGrid = kSide / kPool;
/// Distinct current pictures, used in turn, so that no call finds just its own picture in the first-level cache.
constexpr int kScenes = 4;
constexpr int kActionDim = 7, kHorizon = 20, kAge = 10;

/// A step in the middle of a chunk, with all that the gate can be given. The mask shows a robot in a sixth of the
/// picture; the actions do nothing, so that the state is the predicted one.
struct Fixture {
  TestScene held{1, 11};
  std::vector<std::unique_ptr<TestScene>> scenes;
  ImportanceMaps importance = test_importance_maps(21);
  std::vector<float> state = std::vector<float>(8, 0.5f), joints = std::vector<float>(7, 0.5f);
  std::vector<float> actions = std::vector<float>(kActionDim * kHorizon, 0.0f);
  std::array<std::uint8_t, kPatchCells> shares{};
  std::array<RobotMask, 2> masks{RobotMask{shares.data()}, RobotMask{shares.data()}};
  Anchor anchor;
  GateState gate_state;

  explicit Fixture(const GateOptions& options) {
    for (std::uint32_t i = 0; i < kScenes; ++i) scenes.push_back(std::make_unique<TestScene>(1, 12 + i));
    std::fill_n(shares.begin(), kPatchCells / 6, std::uint8_t(255));
    hold(held, options);
  }
  Frame frame(const TestScene& scene, int age) const {
    const std::span<const float> chunk = actions;
    return {.cameras = scene.views,
            .state = state,
            .joints = joints,
            .age = age,
            .robot_masks = masks,
            .executed = chunk.first(age * kActionDim),
            .planned = chunk.subspan(age * kActionDim),
            .action_dim = kActionDim};
  }
  void hold(const TestScene& scene, const GateOptions& options) {
    set_anchor(frame(scene, 0), importance, options, anchor);
  }
  Decision decide_on(int call, const GateOptions& options) {
    return decide(frame(*scenes[call % kScenes], kAge), anchor, options, gate_state);
  }
};

/// The definition, word for word, in float: pixels to [-1, 1], 8 x 8 mean, mean absolute RGB difference, weight, sum.
double naive_weighted_drift(const ImageView& now, const ImageView& held, std::span<const float> weight) {
  const auto cell_mean = [](const ImageView& view, int row, int col, int channel) {
    float sum = 0;
    for (int y = 0; y < kPool; ++y) {
      for (int x = 0; x < kPool; ++x) {
        const int pixel = (row * kPool + y) * kSide + col * kPool + x;
        sum += float(view.data[3 * pixel + channel]) / 127.5f - 1.0f;
      }
    }
    return sum / (kPool * kPool);
  };
  double drift = 0;
  for (int row = 0; row < kGrid; ++row) {
    for (int col = 0; col < kGrid; ++col) {
      double difference = 0;
      for (int c = 0; c < 3; ++c) difference += std::abs(cell_mean(now, row, col, c) - cell_mean(held, row, col, c));
      drift += difference / 3 * weight[row * kGrid + col];
    }
  }
  return drift;
}

/// The awd gate on pixels in [-1, 1], as the plain loops and bench/gate_torch.py compute it.
constexpr GateOptions kStudyGate{.pixel_range = PixelRange::kModel};

/// Ends the program when the gate's answer is not that of the plain loops.
void check_answer() {
  const GateOptions options = kStudyGate;
  Fixture fixture(options);
  double expected = 0;
  for (int c = 0; c < 2; ++c) {
    std::vector<float> weight;
    importance_weight(fixture.importance.map[c], kGrid, kGrid, options.dilation, weight);
    expected += naive_weighted_drift(fixture.scenes[0]->views[c], fixture.held.views[c], weight) / 2;
  }
  const double actual = fixture.decide_on(0, options).scores.weighted_drift;
  if (!(std::abs(actual - expected) < 1e-5 * expected)) {
    fmt::print(stderr, "gate_bench: wrong answer: expected {}, got {}\n", expected, actual);
    std::exit(1);
  }
}

double percentile(const std::vector<double>& sorted, double p) {
  return sorted[std::size_t(p * double(sorted.size() - 1))];
}

/// Ends the program unless the recommended gate reuses what the benchmarks show it, and not another scene.
void check_recommended() {
  const GateOptions options = recommended_guard();
  Fixture fixture(options);
  Reason reason = Reason::kReuse;
  for (int i = 0; i < 20 && reason == Reason::kReuse; ++i) reason = fixture.decide_on(i, options).reason;
  const TestScene other(2, 11);
  const Reason other_reason = decide(fixture.frame(other, kAge), fixture.anchor, options, fixture.gate_state).reason;
  if (reason != Reason::kReuse || other_reason != Reason::kMaskedResidual) {
    fmt::print(stderr, "gate_bench: wrong answer: expected reuse and masked_residual, got {} and {}\n", word_of(reason),
               word_of(other_reason));
    std::exit(1);
  }
}

/// Times every call of `work(i)`, which does `calls` units of work; reports per unit.
template <class Work>
void time_calls(benchmark::State& state, int calls, Work&& work) {
  std::vector<double> times_us;
  int i = 0;
  for (; i < 50; ++i) work(i);  // warm-up
  for ([[maybe_unused]] auto _ : state) {
    const Stopwatch watch;
    work(i++);
    times_us.push_back(watch.ms() * 1e3 / calls);
  }
  std::ranges::sort(times_us);
  state.counters["p50_us"] = percentile(times_us, 0.5);
  state.counters["p95_us"] = percentile(times_us, 0.95);
  state.counters["min_us"] = times_us.front();
  state.counters["n"] = double(times_us.size());
}

/// Layers 1 to 3 with no rule firing: the longest decision. `weighted_drift` is that of the first scene.
void decide_awd(benchmark::State& state) {
  const GateOptions options = kStudyGate;
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { benchmark::DoNotOptimize(fixture.decide_on(i, options)); });
  state.counters["weighted_drift"] = fixture.decide_on(0, options).scores.weighted_drift;
}

void decide_cosine(benchmark::State& state) {
  GateOptions options{.kind = GateKind::kCosine};
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { benchmark::DoNotOptimize(fixture.decide_on(i, options)); });
}

/// A whole decision that ends at the state guard. One call is too short for the clock: 100 are timed together.
void decide_state_guard(benchmark::State& state) {
  const GateOptions options = kStudyGate;
  Fixture fixture(options);
  fixture.state[3] += 1.0f;
  time_calls(state, 100, [&](int i) {
    for (int k = 0; k < 100; ++k) benchmark::DoNotOptimize(fixture.decide_on(i + k, options));
  });
}

/// The recommended set with nothing firing.
void decide_recommended(benchmark::State& state) {
  const GateOptions options = recommended_guard();
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { benchmark::DoNotOptimize(fixture.decide_on(i, options)); });
}

/// Every signal there is.
void decide_explain(benchmark::State& state) {
  GateOptions options = recommended_guard();
  options.explain = true;
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { benchmark::DoNotOptimize(fixture.decide_on(i, options)); });
}

/// What a full query adds to the awd gate: pooling of the pictures, resize and dilation of the importance.
void anchor_awd(benchmark::State& state) {
  const GateOptions options = kStudyGate;
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { fixture.hold(*fixture.scenes[i % kScenes], options); });
}

void anchor_recommended(benchmark::State& state) {
  const GateOptions options = recommended_guard();
  Fixture fixture(options);
  time_calls(state, 1, [&](int i) { fixture.hold(*fixture.scenes[i % kScenes], options); });
}

BENCHMARK(decide_awd);
BENCHMARK(decide_cosine);
BENCHMARK(decide_state_guard);
BENCHMARK(decide_recommended);
BENCHMARK(decide_explain);
BENCHMARK(anchor_awd);
BENCHMARK(anchor_recommended);

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  awd::check_answer();
  awd::check_recommended();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
