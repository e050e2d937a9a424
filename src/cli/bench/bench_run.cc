// The order matters: the first action comes before anything else costs time, the comparison with earlier results is
// refused before it does.
#include "cli/bench/bench_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "awd/error.h"
#include "base/check.h"
#include "base/clock.h"
#include "cli/bench/bench_calibration.h"
#include "cli/bench/bench_compare.h"
#include "cli/bench/bench_policy.h"
#include "cli/bench/bench_scene.h"
#include "cli/bench/reuse_timer.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "engine/query_work.h"

namespace awd::cli {
namespace {

constexpr int kLeastQueries = 10;  // where the time decides
constexpr int kReuseSteps = 2000;

/// Milliseconds of every call, by stage.
struct Samples {
  std::vector<double> full, reuse, vision, prefix, denoise, denoise_step;
};

/// One session and its held work.
class Timer {
 public:
  Timer(const std::shared_ptr<const LoadedEngine>& engine, const BenchScene& scene)
      : scene_(scene), last_step_(engine->info().flow_steps - 1), session_(Session::create(engine)) {}

  /// A full query of one frame; the chunk is kept.
  void full_query(std::size_t frame, Samples* samples) {
    const Stopwatch total;
    const EncodeTiming encode = session_->encode(scene_.observation(frame), cache_);
    const Stopwatch flow;
    session_->denoise(cache_, scene_.state, scene_.noise, chunk_, &importance_);
    if (samples == nullptr) return;
    samples->denoise.push_back(flow.ms());
    samples->full.push_back(total.ms());
    samples->vision.push_back(encode.vision_ms);
    samples->prefix.push_back(encode.prefix_ms);
  }

  /// The flow on what the last full query left.
  void reuse_query(Samples* samples) {
    const Stopwatch watch;
    session_->denoise(cache_, scene_.state, scene_.noise, chunk_, &importance_);
    if (samples != nullptr) samples->reuse.push_back(watch.ms());
  }

  /// The last step of the flow alone, with what a flow does once. The chunk is not that of a query.
  void one_step(Samples* samples) {
    const Stopwatch watch;
    session_->denoise_from(cache_, scene_.state, {.x = scene_.noise, .step = last_step_}, step_chunk_, nullptr);
    if (samples != nullptr) samples->denoise_step.push_back(watch.ms());
  }

  const std::vector<float>& actions() const { return chunk_.values; }
  int prefix_tokens() const { return cache_.tokens(); }

 private:
  const BenchScene& scene_;
  int last_step_;
  std::unique_ptr<Session> session_;
  PrefixCache cache_;
  ActionChunk chunk_, step_chunk_;
  ImportanceMaps importance_;
};

/// Ends the run unless equal queries give equal, finite actions, another picture gives others, and a flow on held work
/// gives those of its query. Also the warm-up.
void check_answers(Timer& timer) {
  timer.full_query(0, nullptr);
  const std::vector<float> first = timer.actions();
  if (!std::ranges::all_of(first, [](float v) { return std::isfinite(v); })) {
    throw std::runtime_error("the policy's actions are not finite, so they were not timed");
  }
  timer.full_query(1, nullptr);
  if (timer.actions() == first) throw std::runtime_error("the policy's actions do not depend on its pictures");
  timer.full_query(0, nullptr);
  if (timer.actions() != first) throw std::runtime_error("two equal queries gave different actions");
  timer.reuse_query(nullptr);
  if (timer.actions() != first) throw std::runtime_error("the flow on held work gave other actions than its query");
  timer.one_step(nullptr);
}

/// Full query, reuse and single step in alternation, so that a slow moment of the machine hits all of them.
Samples time_queries(Timer& timer, const BenchOptions& options) {
  Samples samples;
  const Stopwatch watch;
  const bool counts = options.iterations > 0;
  const auto share = [&](int done) {
    const double timed = watch.ms() / (1e3 * std::max(options.seconds, 1e-3));
    return counts ? double(done) / options.iterations : std::min(double(done) / kLeastQueries, timed);
  };
  constexpr int kPercent = 100;
  ProgressBar progress(kPercent);
  for (int done = 0; share(done) < 1; ++done) {
    throw_if_interrupted();
    progress.show(int(kPercent * share(done)), fmt::format("{} queries", done));
    timer.full_query(std::size_t(done), &samples);
    timer.reuse_query(&samples);
    timer.one_step(&samples);
  }
  return samples;
}

double bytes_per_weight(EngineDtype dtype) {
  switch (dtype) {
    case EngineDtype::kInt8:
    case EngineDtype::kFp8:
      return 1;
    case EngineDtype::kBf16:
      return 2;
    case EngineDtype::kF32:
    case EngineDtype::kAuto:
      break;
  }
  return 4;
}

/// True if a stage has ended when the engine says so: a GPU may still be at work.
bool times_stages(const EngineOptions& engine) { return engine.backend != EngineBackend::kCuda || engine.stage_times; }

std::vector<StageResult> stage_results(const Samples& samples, const ReuseSamples& reuse, const BenchResult& result) {
  const BenchShape& shape = result.shape;
  const ModelConfig& config = shape.config;
  const int tokens = shape.cameras * config.patches() + shape.text_tokens;
  constexpr double kGiga = 1e9;
  const double weight = bytes_per_weight(result.info.dtype) / kGiga;
  const double value = (result.info.dtype == EngineDtype::kF32 ? 4 : 2) / kGiga;  // held keys and values

  StageResult vision{"vision", summarise_times(samples.vision), 2 * shape.cameras * vision_work(config) / kGiga,
                     vision_weights(config) * weight};
  StageResult prefix{"prefix", summarise_times(samples.prefix), 2 * prefix_work(config, tokens) / kGiga,
                     prefix_weights(config) * weight};
  StageResult step{"denoise_step", summarise_times(samples.denoise_step), 2 * denoise_step_work(config, tokens) / kGiga,
                   denoise_step_weights(config) * weight + held_values(config, tokens) * value};
  const double flow_gflop = shape.flow_steps * step.gflop, flow_gbytes = shape.flow_steps * step.gbytes;
  StageResult full{"full", summarise_times(samples.full), vision.gflop + prefix.gflop + flow_gflop,
                   vision.gbytes + prefix.gbytes + flow_gbytes};
  std::vector<StageResult> stages{full};
  if (times_stages(result.engine)) {
    stages.push_back(vision);
    stages.push_back(prefix);
    stages.push_back({"denoise", summarise_times(samples.denoise), flow_gflop, flow_gbytes});
  }
  stages.push_back(step);
  stages.push_back({"reuse", summarise_times(samples.reuse), flow_gflop, flow_gbytes});
  stages.push_back({"aligned", summarise_times(reuse.aligned_ms)});
  stages.push_back({"gate", summarise_times(reuse.gate_ms)});
  return stages;
}

std::shared_ptr<const LoadedEngine> load_engine(const std::string& folder, const EngineOptions& options) {
  auto engine = std::dynamic_pointer_cast<const LoadedEngine>(Engine::load(folder, options));
  AWD_CHECK(engine != nullptr);
  return engine;
}

}  // namespace

BenchResult run_bench(const BenchOptions& options, const EngineOptions& engine_options) {
  const BenchPolicy policy = bench_policy(options);
  BenchResult result;
  result.options = options;
  result.engine = engine_options;
  result.folder = policy.folder;
  if (!options.calibrate.empty()) run_bench_calibration(options, engine_options, policy.folder);

  const Stopwatch load;
  const auto engine = load_engine(policy.folder, engine_options);
  result.load_ms = load.ms();
  result.info = engine->info();
  result.threads = engine->threads;
  const BenchScene scene =
      make_bench_scene(*engine, {.cameras = options.cameras, .text_tokens = options.text_tokens, .seed = options.seed});
  Timer timer(engine, scene);
  timer.full_query(0, nullptr);
  result.first_action_ms = process_age_ms() - policy.drawing_ms;

  const int cameras = options.cameras > 0 ? options.cameras : int(result.info.cameras.size());
  result.shape = {.config = engine->model.config,
                  .cameras = cameras,
                  .text_tokens = timer.prefix_tokens() - cameras * engine->model.config.patches(),
                  .flow_steps = result.info.flow_steps};
  if (options.text_tokens > 0 && result.shape.text_tokens != options.text_tokens) {
    throw Error("option text_tokens",
                fmt::format("expected a length that this policy's prompt can have, got {}", options.text_tokens));
  }
  if (!options.compare.empty()) {
    check_comparable(read_bench_json(options.compare), result.shape, result.info.dtype, options.compare);
  }
  check_answers(timer);
  const Samples samples = time_queries(timer, options);
  const ReuseSamples reuse = time_reuse_steps(result.info, scene, kReuseSteps);
  result.memory = memory_use();
  if (engine_options.backend == EngineBackend::kCuda) result.gpu = cuda_use();
  result.stages = stage_results(samples, reuse, result);
  if (options.action_error) {
    EngineOptions exact = engine_options;
    exact.dtype = EngineDtype::kF32;
    result.action_error = measure_action_error(engine, load_engine(policy.folder, exact), scene);
  }
  return result;
}

}  // namespace awd::cli
