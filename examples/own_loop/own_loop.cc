// A control loop of your own around AWD: load a policy folder once, then one act() per control step.
// Here the robot is imaginary: grey pictures and a state that stands still.
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "awd/reuse.h"

namespace {

void control(const std::string& folder) {
  // [load]
  const auto engine = awd::Engine::load(folder, {.threads = 1});  // weights: once, shared, const
  const auto policy = awd::make_policy(engine, "awd-aligned");    // one per control session
  policy->reset(/*seed=*/0);                                      // at the start of every episode
  // [end]
  const std::vector<std::uint8_t> grey(std::size_t(224) * 224 * 3, 128);
  const std::array<awd::ImageView, 2> cameras{{{grey.data(), 224, 224}, {grey.data(), 224, 224}}};
  const std::array<float, 8> state{0.46f, 0, 0.4f, 0, 0, 0, 0.04f, 0.04f};
  const awd::Observation observation{
      .cameras = cameras, .state = state, .joints = {}, .prompt = "put the red cube in the bin"};
  for (int step = 0; step < 25; ++step) {
    // [step]
    const awd::ActResult result = policy->act(observation);
    // result.action: 7 numbers for the robot; result.decision: reuse or recompute, why, and every score behind it
    // [end]
    const std::string_view reason = awd::word_of(result.decision.reason);
    std::printf("step %2d  %-12.*s dx %+.3f  %.3f ms\n", step, int(reason.size()), reason.data(),
                double(result.action[0]), result.timing.total_ms);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    control(argc > 1 ? argv[1] : "models/tiny");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "own_loop: %s\n", error.what());
    return 2;
  }
}
