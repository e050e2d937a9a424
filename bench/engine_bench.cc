// Latency of the inference engine: a full query (vision + prefix + flow), its encode and its denoise alone, per type
// and thread count, and a full query with gradient importance on one thread. AWD_POLICY names a policy folder; without
// it a random policy of the embedded geometry is used. Every configuration's answer is checked against backend ref
// before it is timed. p50_ms and p95_ms are over calls.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "awd/engine.h"
#include "base/clock.h"
#include "base/rng.h"
#include "bench_main.h"

namespace awd {
namespace {

enum class Part { kFull, kEncode, kDenoise };
constexpr std::string_view kPartNames[] = {"full", "encode", "denoise"};

/// The folder to run, written first if it is the random one.
std::string policy_folder() {
  if (const char* named = std::getenv("AWD_POLICY")) return named;
  return random_folder("awd_engine_bench", tiny_geometry());
}

/// A fixed observation and noise that fit an engine.
struct Inputs {
  std::vector<std::vector<std::uint8_t>> pictures;
  std::vector<ImageView> views;
  std::vector<float> state, noise;

  explicit Inputs(const EngineInfo& info) {
    pictures.reserve(info.cameras.size());
    views.reserve(info.cameras.size());
    Rng rng(3);
    const int side = info.image_size;
    for (std::size_t camera = 0; camera < info.cameras.size(); ++camera) {
      std::vector<std::uint8_t> picture(std::size_t(side) * std::size_t(side) * 3);
      for (std::uint8_t& value : picture) value = static_cast<std::uint8_t>(rng.index(256));
      pictures.push_back(std::move(picture));
    }
    for (const std::vector<std::uint8_t>& picture : pictures) views.push_back({picture.data(), side, side});
    for (int i = 0; i < info.state_dim; ++i) state.push_back(float(rng.normal()));
    for (int i = 0; i < info.horizon * info.model_action_dim; ++i) noise.push_back(float(rng.normal()));
  }

  Observation observation() const {
    return {.cameras = views, .state = state, .joints = {}, .prompt = "put the red cube in the bin"};
  }
};

struct Query {
  std::unique_ptr<Session> session;
  PrefixCache cache;
  ActionChunk chunk;
  ImportanceMaps importance;

  Query(const std::string& folder, const EngineOptions& options)
      : session(Session::create(Engine::load(folder, options))) {}

  void run(Part part, const Inputs& inputs) {
    if (part != Part::kDenoise) session->encode(inputs.observation(), cache);
    if (part != Part::kEncode) session->denoise(cache, inputs.state, inputs.noise, chunk, &importance);
  }
};

double relative_error(const std::vector<float>& got, const std::vector<float>& expected) {
  double difference = 0;
  double size = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference += std::pow(double(got[i]) - double(expected[i]), 2);
    size += std::pow(double(expected[i]), 2);
  }
  return std::sqrt(difference / size);
}

struct Plan {
  std::string folder;
  Inputs inputs;
  std::vector<float> expected;  // actions of backend ref
};

void run_benchmark(benchmark::State& state, const Plan& plan, EngineOptions options, Part part) {
  Query query(plan.folder, options);
  query.run(Part::kFull, plan.inputs);
  const double error = relative_error(query.chunk.values, plan.expected);
  const double allowed = options.dtype == EngineDtype::kBf16 ? 5e-2 : 1e-3;
  if (!(error <= allowed)) {
    state.SkipWithError(fmt::format("actions differ from backend ref by {:.2e}", error).c_str());
    return;
  }
  for (int i = 0; i < 3; ++i) query.run(part, plan.inputs);
  std::vector<double> times_ms;
  for (auto _ : state) {
    const Stopwatch watch;
    query.run(part, plan.inputs);
    times_ms.push_back(watch.ms());
  }
  state.counters["p50_ms"] = percentile(times_ms, 50);
  state.counters["p95_ms"] = percentile(times_ms, 95);
  state.counters["n"] = double(times_ms.size());
  state.counters["error"] = error;
}

/// What is run, and the answer it must give.
std::unique_ptr<Plan> make_plan() {
  const std::string folder = policy_folder();
  EngineOptions ref;
  ref.backend = EngineBackend::kRef;
  Query judge(folder, ref);
  const EngineInfo info = Engine::load(folder, ref)->info();
  auto plan = std::make_unique<Plan>(Plan{folder, Inputs(info), {}});
  judge.run(Part::kFull, plan->inputs);
  plan->expected = judge.chunk.values;
  return plan;
}

/// `plan` must outlive the benchmarks.
void register_all(const Plan& plan) {
  const auto add = [&plan](std::string_view what, const EngineOptions& options, Part part) {
    const std::string name = fmt::format("{}/{}/threads:{}", what, word_of(options.dtype), options.threads);
    benchmark::RegisterBenchmark(
        name.c_str(), [&plan, options, part](benchmark::State& state) { run_benchmark(state, plan, options, part); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  };
  for (const EngineDtype dtype : {EngineDtype::kF32, EngineDtype::kBf16}) {
    EngineOptions options;
    options.dtype = dtype;
    for (const int threads : {1, 2}) {
      options.threads = threads;
      for (const Part part : {Part::kFull, Part::kEncode, Part::kDenoise}) add(kPartNames[int(part)], options, part);
    }
    options.threads = 1;
    options.importance = ImportanceSource::kGradient;
    add("full_gradient", options, Part::kFull);
  }
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  std::unique_ptr<awd::Plan> plan;
  return awd::bench_main(argc, argv, [&] {
    plan = awd::make_plan();
    awd::register_all(*plan);
  });
}
