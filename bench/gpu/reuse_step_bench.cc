// Wall time of a reused step in mode aligned, gate included: ReusePolicy::act() on two host pictures with the gate on
// the CPU and on the GPU. The network is a fake: such a step does not call it. What a step takes where the pictures lie
// on the GPU already is the decision in gpu_gate_bench.
//   gpu_reuse_step_bench [steps]
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

#include "gate_scenes.h"
#include "runtime/device_signals.h"
#include "runtime/fake_session.h"
#include "runtime/reuse_policy.h"

namespace awd {
namespace {

/// Pictures are compared at every step and nothing fires.
GateOptions patient_gate() { return {.state_threshold = 1e9, .drift_threshold = 1e9}; }

GateOptions guard() {
  GateOptions options = recommended_guard();
  options.limit.position_residual = 0;  // the fake's actions are no motion
  options.rules.switch_within = 0;
  return options;
}

enum class Where { kCpu, kGpu, kGpuPinned };  // of the gate; kGpuPinned: pictures come in pinned memory

/// Times of reused steps, in us; ends the program if there are none.
Percentiles time_policy(const Scenes& scenes, const GateOptions& gate, Where where, int steps) {
  FakeLog log;
  const EngineInfo info = fake_engine_info();
  ReusePolicy policy(info, std::make_unique<FakeSession>(log), gate, {},
                     where != Where::kCpu ? make_device_gate(info, gate) : nullptr);
  const std::vector<float> state = {0.4f, 0, 0.3f, 0, 0, 0, 0.04f, 0.04f}, joints(7, 0.1f);
  const std::array<std::uint8_t, kPatchCells> shares{};
  const std::array<RobotMask, 2> masks{RobotMask{shares.data()}, RobotMask{shares.data()}};
  std::vector<double> times;
  for (int step = 0; step < steps + kWarmUp; ++step) {
    const auto views =
        where == Where::kGpuPinned ? scenes.pinned_views(step) : scenes.host[std::size_t(step % kScenes)]->views;
    Observation observation{views, state, joints, "put it there"};
    observation.robot_masks = masks;
    const Stopwatch watch;
    const Verdict verdict = policy.act(observation).decision.verdict;
    if (verdict == Verdict::kReuse && step >= kWarmUp) times.push_back(watch.ms() * 1e3);
  }
  if (times.empty()) {
    fmt::print(stderr, "gpu_reuse_step_bench: expected reused steps, got none\n");
    std::exit(1);
  }
  return percentiles(std::move(times));
}

void print_row(const std::string& name, const Percentiles& us) {
  fmt::print("{:<42}{:>10.1f}{:>10.1f}{:>10.1f}\n", name, us.p50, us.p99, us.max);
}

int run(int argc, char** argv) {
  const int steps = argc > 1 ? std::max(kScenes, std::atoi(argv[1])) : 3000;
  const Scenes scenes(false);
  fmt::print("{:<42}{:>10}{:>10}{:>10}  (us, {} steps)\n", "aligned reuse step, two host pictures", "p50", "p99", "max",
             steps);
  const std::pair<const char*, GateOptions> gates[] = {{"gate awd", patient_gate()}, {"recommended gate", guard()}};
  for (const auto& [name, gate] : gates) {
    print_row(fmt::format("{} on the CPU", name), time_policy(scenes, gate, Where::kCpu, steps));
    print_row(fmt::format("{} on the GPU", name), time_policy(scenes, gate, Where::kGpu, steps));
    print_row(fmt::format("{} on the GPU, pinned pictures", name), time_policy(scenes, gate, Where::kGpuPinned, steps));
  }
  return 0;
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  return awd::main_of("gpu_reuse_step_bench", [&] { return awd::run(argc, argv); });
}
