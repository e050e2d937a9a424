// What a reuse step costs in every mode, against a full query, in two scenes: `still` (nothing changes) and `moving` (a
// block of 5 x 5 patches crosses the base picture, the whole wrist picture changes at every step). AWD_POLICY names a
// policy folder; without it a random policy of the embedded geometry is used, and one three times as wide and twice
// as deep (`large`). Per benchmark: p50_ms of a step, its stages, and query_work (share of multiply-adds).
// A mode that plans anew is checked first: with nothing changed its action is that of a full query, up to `error`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/rng.h"
#include "bench_main.h"
#include "runtime/arm.h"

namespace awd {
namespace {

constexpr const char* kModes[] = {
    "none",
    "aligned{gate=never,mode=aligned}",
    "restart{gate=never,mode=restart}",
    "redenoise{gate=never,mode=redenoise}",
    "warm{gate=never,mode=warm}",
    "camera{gate=never,mode=camera}",
    "base_only{gate=never,mode=base_only}",
    "token{gate=never,mode=token}",
    "token_scheduled{gate=never,mode=token,token_gain=3}",
    "token_all{gate=never,mode=token,token_gain=0,token_relevant=0,token_top_k=256}",
};

constexpr double kTolerance = 5e-2;  // of an action in bf16; actions are about 1

struct Case {
  std::string folder;
  EngineDtype dtype;
  std::string arm;
  bool moves;
};

/// Pictures of a scene and their change from step to step.
class Scene {
 public:
  explicit Scene(const PolicyInfo& info) : side_(info.image_size), state_(std::size_t(info.state_dim), 0.1f) {
    pictures_.resize(info.cameras.size(), std::vector<std::uint8_t>(std::size_t(side_) * std::size_t(side_) * 3));
    for (auto& picture : pictures_) {
      for (std::uint8_t& value : picture) value = std::uint8_t(rng_.index(256));
      views_.push_back({picture.data(), side_, side_});
    }
  }

  Observation observation() const {
    return {.cameras = views_, .state = state_, .joints = {}, .prompt = "put the red cube in the bin"};
  }

  void move() {
    const int block = 5 * side_ / kPatchGrid;
    const int left = step_++ * 3 % (side_ - block);
    for (int y = 0; y < block; ++y) {
      std::uint8_t* row = pictures_[0].data() + 3 * (std::ptrdiff_t(y) * side_ + left);
      std::generate_n(row, 3 * block, [&] { return random_byte(); });
    }
    for (std::size_t c = 1; c < pictures_.size(); ++c)
      std::ranges::generate(pictures_[c], [&] { return random_byte(); });
  }

 private:
  std::uint8_t random_byte() { return std::uint8_t(rng_.bits()); }

  int side_;
  int step_ = 0;
  Rng rng_{3};
  std::vector<float> state_;
  std::vector<std::vector<std::uint8_t>> pictures_;
  std::vector<ImageView> views_;
};

/// Largest difference of the second action of `policy` from a full query's, in a scene where nothing changes.
double error_of(Policy& policy, Policy& plain) {
  const Scene scene(policy.info());
  double error = 0;
  policy.act(scene.observation());
  const std::span<const float> got = policy.act(scene.observation()).action;
  const std::span<const float> expected = plain.act(scene.observation()).action;
  for (std::size_t i = 0; i < got.size(); ++i) error = std::max(error, std::abs(double(got[i]) - double(expected[i])));
  return error;
}

void run_benchmark(benchmark::State& state, const Case& c) {
  const auto engine = Engine::load(c.folder, {.dtype = c.dtype, .threads = 1});
  const std::unique_ptr<Policy> policy = make_policy(engine, parse_arm(c.arm));
  const auto plans_anew = {ReuseMode::kRestart, ReuseMode::kCamera, ReuseMode::kBaseOnly, ReuseMode::kToken};
  if (std::ranges::find(plans_anew, parse_arm(c.arm).reuse.mode) != plans_anew.end()) {
    const double error = error_of(*policy, *make_policy(engine, parse_arm("none")));
    if (!(error <= kTolerance)) return state.SkipWithError(fmt::format("differs by {:.1e}", error).c_str());
    state.counters["error"] = error;
    policy->reset(0);
  }
  Scene scene(policy->info());
  std::vector<double> total, gate, vision, prefix, denoise;
  double work = 0;
  // Warm-up compiles the products of every row count that the scene leads to.
  constexpr int kWarmUp = 12;
  const auto act = [&] {
    if (c.moves) scene.move();
    return policy->act(scene.observation());
  };
  for (int i = 0; i < kWarmUp; ++i) act();
  for (auto _ : state) {
    ActResult result = act();
    if (c.arm != "none" && result.decision.verdict == Verdict::kRecompute) result = act();
    total.push_back(result.timing.total_ms);
    gate.push_back(result.timing.gate_ms);
    vision.push_back(result.timing.vision_ms);
    prefix.push_back(result.timing.prefix_ms);
    denoise.push_back(result.timing.denoise_ms);
    work += result.query_work;
  }
  state.counters["query_work"] = work / double(total.size());
  state.counters["p50_ms"] = percentile(total, 50);
  state.counters["gate_ms"] = percentile(gate, 50);
  state.counters["vision_ms"] = percentile(vision, 50);
  state.counters["prefix_ms"] = percentile(prefix, 50);
  state.counters["denoise_ms"] = percentile(denoise, 50);
}

ModelConfig large_geometry() {
  ModelConfig config = tiny_geometry();
  config.vision = {.width = 384, .depth = 6, .heads = 6, .mlp = 1536};
  config.llm = {.width = 768, .depth = 10, .mlp = 3072, .heads = 8, .kv_heads = 1, .head_dim = 96, .vocab = 256};
  config.expert = {.width = 384, .mlp = 768};
  return config;
}

void register_all() {
  std::vector<std::pair<std::string, std::string>> policies;
  if (const char* named = std::getenv("AWD_POLICY")) {
    policies.emplace_back("policy", named);
  } else {
    policies.emplace_back("tiny", random_folder("awd_modes_bench_tiny", tiny_geometry()));
    policies.emplace_back("large", random_folder("awd_modes_bench_large", large_geometry()));
  }
  for (const auto& [label, folder] : policies) {
    for (const EngineDtype dtype : {EngineDtype::kF32, EngineDtype::kBf16}) {
      for (const bool moves : {false, true}) {
        for (const char* arm : kModes) {
          const std::string name =
              fmt::format("{}/{}/{}/{}", label, word_of(dtype), moves ? "moving" : "still", parse_arm(arm).name);
          const Case c{folder, dtype, arm, moves};
          benchmark::RegisterBenchmark(name.c_str(), [c](benchmark::State& state) { run_benchmark(state, c); })
              ->Unit(benchmark::kMillisecond)
              ->UseRealTime();
        }
      }
    }
  }
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) { return awd::bench_main(argc, argv, awd::register_all); }
