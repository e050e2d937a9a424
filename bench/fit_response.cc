// Fits ArmResponse, the arm model behind the gate's state residual, to the simulator: the scripted expert plays every
// task with noise on its actions, and position_gain, rotation_gain and tracking are chosen so that the poses predicted
// 1 to 20 steps after an anchor have the smallest mean residual. Residuals are clipped: an arm that noise has driven
// into something does not answer at all, and says nothing about the gains.
// Usage: fit_response [episodes per task]. Prints JSON; the committed run is bench/results/arm_response.json.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/rng.h"
#include "gate/arm_response.h"
#include "sim/action.h"
#include "sim/world.h"

namespace awd {
namespace {

constexpr int kLongestAge = 20;  // steps, the horizon of the shipped policies
constexpr int kAnchorEvery = 4;  // steps
constexpr int kMaxSteps = 130;   // of an episode
constexpr double kNoise = 0.05;  // standard deviation on every action value: the expert alone hardly tilts the hand
constexpr double kPositionClip = 0.01;  // m
constexpr double kRotationClip = 0.05;  // rad
constexpr int kRounds = 3;              // coordinate searches over all gains
constexpr int kGoldenSteps = 20;        // of one search: the bracket shrinks by 0.618 each

/// What one episode shows: state before each action, and the actions.
struct Rollout {
  std::vector<std::vector<float>> states;
  std::vector<float> actions;  // [steps, kActionDim]
};

Rollout roll_out(sim::World& world, const std::string& task, std::uint64_t seed) {
  Rollout rollout;
  Rng rng(seed);
  world.reset(task, seed);
  for (int step = 0; step < kMaxSteps && !world.success(); ++step) {
    const auto state = world.observe_robot().state;
    rollout.states.emplace_back(state.begin(), state.end());
    sim::Action action = world.task().expert(world.scene()).action;
    for (int i = 0; i < 6; ++i) action[i] = std::clamp(action[i] + float(kNoise * rng.normal()), -1.0f, 1.0f);
    rollout.actions.insert(rollout.actions.end(), action.begin(), action.end());
    world.step(action);
  }
  return rollout;
}

/// Residuals of every anchor and age, in one list each.
struct Residuals {
  std::vector<double> position_m, rotation_rad;
};

Residuals residuals(const std::vector<Rollout>& rollouts, const ArmResponse& response, int first_age, int last_age) {
  Residuals all;
  for (const Rollout& rollout : rollouts) {
    const int steps = int(rollout.states.size());
    for (int anchor = 0; anchor < steps; anchor += kAnchorEvery) {
      for (int age = first_age; age <= last_age && anchor + age < steps; ++age) {
        const std::span executed(rollout.actions.data() + anchor * sim::kActionDim, age * sim::kActionDim);
        const PoseResidual residual =
            pose_residual(rollout.states[anchor], executed, sim::kActionDim, rollout.states[anchor + age], response);
        all.position_m.push_back(residual.position);
        all.rotation_rad.push_back(residual.rotation);
      }
    }
  }
  return all;
}

double clipped_mean(const std::vector<double>& values, double clip) {
  double sum = 0;
  for (const double value : values) sum += std::min(value, clip);
  return sum / double(values.size());
}

double percentile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  return values[std::size_t(p / 100 * double(values.size() - 1))];
}

/// Golden-section search of one gain in [low, high].
void search(const std::vector<Rollout>& rollouts, double ArmResponse::*gain, double low, double high,
            ArmResponse& response) {
  const bool turns = gain == &ArmResponse::rotation_gain;
  const auto cost = [&](double value) {
    ArmResponse tried = response;
    tried.*gain = value;
    const Residuals all = residuals(rollouts, tried, 1, kLongestAge);
    return turns ? clipped_mean(all.rotation_rad, kRotationClip) : clipped_mean(all.position_m, kPositionClip);
  };
  constexpr double kGolden = 0.618033988749895;
  for (int i = 0; i < kGoldenSteps; ++i) {
    const double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
    (cost(a) < cost(b) ? high : low) = cost(a) < cost(b) ? b : a;
  }
  response.*gain = 0.5 * (low + high);
}

std::string summary(const std::vector<double>& values) {
  return fmt::format(R"({{"p50": {:.5f}, "p90": {:.5f}, "p95": {:.5f}, "p99": {:.5f}}})", percentile(values, 50),
                     percentile(values, 90), percentile(values, 95), percentile(values, 99));
}

void print(const ArmResponse& response, const std::vector<Rollout>& rollouts, int episodes) {
  fmt::print("{{\n  \"episodes_per_task\": {},\n  \"action_noise\": {},\n", episodes, kNoise);
  fmt::print("  \"position_gain\": {:.5f},\n  \"rotation_gain\": {:.5f},\n  \"tracking\": {:.5f},\n",
             response.position_gain, response.rotation_gain, response.tracking);
  fmt::print("  \"residual\": {{\n");
  for (const int age : {1, 5, 10, 20}) {
    const Residuals all = residuals(rollouts, response, age, age);
    fmt::print("    \"age_{}\": {{\"anchors\": {}, \"position_m\": {}, \"rotation_rad\": {}}}{}\n", age,
               all.position_m.size(), summary(all.position_m), summary(all.rotation_rad),
               age == kLongestAge ? "" : ",");
  }
  fmt::print("  }}\n}}\n");
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  using namespace awd;
  const int episodes = argc > 1 ? std::atoi(argv[1]) : 20;
  sim::World world({.render = false});
  std::vector<Rollout> rollouts;
  for (const std::string& task : sim::task_names()) {
    for (int i = 0; i < episodes; ++i) rollouts.push_back(roll_out(world, task, mix_seed(1, std::uint64_t(i))));
  }
  ArmResponse response;
  for (int round = 0; round < kRounds; ++round) {
    search(rollouts, &ArmResponse::position_gain, 0.03, 0.07, response);
    search(rollouts, &ArmResponse::tracking, 0.3, 1.0, response);
    search(rollouts, &ArmResponse::rotation_gain, 0.3, 0.7, response);
  }
  print(response, rollouts, episodes);
}
