// Drives an episode while every step is kept, picks steps, and plays the branches out from the kept states.
#include "cli/branch_rollouts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "awd/error.h"
#include "base/rng.h"
#include "cli/interrupt.h"
#include "runtime/branch_policy.h"
#include "runtime/reuse_policy.h"
#include "sim/world.h"

namespace awd::cli {
namespace {

constexpr int kNearEventSteps = 10;                  // a step this close behind a change is near it
constexpr int kAgeBands = 3;                         // young, middle, old
constexpr std::uint64_t kChoiceStream = 0x6272616e;  // "bran"

/// Every signal that the gate computed, and the age as the score that costs nothing.
std::map<std::string, double> scores_of(const Decision& decision) {
  std::map<std::string, double> scores{{"age", decision.age}};
  for (int i = 0; i < kGateSignalCount; ++i) {
    const auto signal = static_cast<GateSignal>(i);
    const double score = decision.scores.of(signal);
    if (!std::isnan(score)) scores[std::string(word_of(signal))] = score;
  }
  return scores;
}

/// Points in random order, in groups that are drawn from in turn.
std::vector<std::vector<BranchPoint>> age_bands(const std::vector<BranchPoint>& points) {
  std::vector<std::vector<BranchPoint>> bands(kAgeBands);
  int oldest = 1;
  for (const BranchPoint& point : points) oldest = std::max(oldest, point.age);
  for (const BranchPoint& point : points) bands[std::size_t((point.age - 1) * kAgeBands / oldest)].push_back(point);
  return bands;
}

}  // namespace

std::vector<BranchPoint> choose_branch_points(std::vector<BranchPoint> points, int count, std::uint64_t seed) {
  Rng rng(mix_seed(seed, kChoiceStream));
  for (std::size_t i = points.size(); i > 1; --i) std::swap(points[i - 1], points[std::size_t(rng.index(int(i)))]);
  std::vector<BranchPoint> near;
  for (const BranchPoint& point : points) {
    if (point.is_near_event) near.push_back(point);
  }
  std::vector<std::vector<BranchPoint>> bands = age_bands(points);
  std::set<int> steps;
  std::vector<BranchPoint> chosen;
  const auto take = [&](std::vector<BranchPoint>& from) {
    while (!from.empty()) {
      const BranchPoint point = from.back();
      from.pop_back();
      if (!steps.insert(point.step).second) continue;
      chosen.push_back(point);
      return;
    }
  };
  const int wanted = std::min(count, int(points.size()));
  for (int turn = 0; int(chosen.size()) < wanted; ++turn) {
    take(turn % 2 == 0 && !near.empty() ? near : bands[std::size_t(turn) % kAgeBands]);
  }
  std::ranges::sort(chosen, {}, &BranchPoint::step);
  return chosen;
}

/// A step of the driver, kept so that branches can start from it.
struct BranchRollouts::Candidate {
  BranchPoint point;
  sim::Episode::Snapshot snapshot;
  std::vector<float> held;  // [n, action_dim] rest of the chunk, this step's row first
  std::map<std::string, double> scores;
};

struct BranchRollouts::Impl {
  Impl(const std::shared_ptr<const Engine>& engine, const GateOptions& gate, const BranchOptions& given)
      : options(given),
        action_dim(engine->info().action_dim),
        driver(engine->info(), Session::create(engine), gate, given.driver.reuse),
        branch(engine->info(), Session::create(engine), given.execute) {}

  BranchOptions options;
  int action_dim;
  ReusePolicy driver;
  BranchPolicy branch;
};

BranchRollouts::BranchRollouts(const std::shared_ptr<const Engine>& engine, const BranchOptions& options) {
  GateOptions gate = options.driver.gate;
  gate.explain = true;
  if (options.driver.reuse.mode != ReuseMode::kAligned || options.driver.matched_to) {
    throw Error("option driver", "expected an arm of mode aligned, got \"" + options.driver.name + "\"");
  }
  impl_ = std::make_unique<Impl>(engine, gate, options);
}

BranchRollouts::~BranchRollouts() = default;

/// Plays the driver's episode and keeps every step that has something held.
std::vector<BranchRollouts::Candidate> BranchRollouts::drive(sim::Episode& episode, BranchEpisode& out) {
  ReusePolicy& driver = impl_->driver;
  driver.reset(episode.policy_seed());
  std::vector<Candidate> candidates;
  int last_event = -kNearEventSteps - 1;  // long before the first step
  while (!episode.is_over()) {
    throw_if_interrupted();
    Candidate candidate{.point = {}, .snapshot = episode.save(), .held = {}, .scores = {}};
    const int step = episode.outcome().steps;
    const auto planned = driver.planned();
    candidate.held.assign(planned.begin(), planned.end());
    const Observation observation = episode.observe();
    if (!observation.event.empty()) last_event = step;
    const ActResult result = driver.act(observation);
    candidate.point = {step, result.decision.age, step - last_event <= kNearEventSteps};
    candidate.scores = scores_of(result.decision);
    episode.execute(result.action);
    if (result.decision.age >= 1 && !candidate.held.empty()) candidates.push_back(std::move(candidate));
  }
  out.driver = {episode.outcome().success, episode.outcome().steps};
  return candidates;
}

/// From the kept step: `rows` rows of the held chunk (as far as it goes), then queries, to the end of the episode.
BranchOutcome BranchRollouts::play_out(sim::Episode& episode, const Candidate& start, int rows) {
  BranchPolicy& policy = impl_->branch;
  episode.restore(start.snapshot);
  const std::size_t values = std::min(std::size_t(rows) * std::size_t(impl_->action_dim), start.held.size());
  policy.begin(std::span(start.held).first(values));
  while (!episode.is_over()) {
    throw_if_interrupted();
    const bool looks = policy.needs_query();
    const Observation observation = episode.observe(looks);
    if (looks) policy.query(observation);
    episode.execute(policy.next());
  }
  return {episode.outcome().success, episode.outcome().steps};
}

BranchEpisode BranchRollouts::run(sim::World& world, const sim::EpisodeSpec& spec) {
  BranchEpisode out{.scenario = spec.scenario, .task = spec.task, .seed = spec.seed, .driver = {}, .samples = {}};
  sim::Episode episode(world, spec);
  const std::vector<Candidate> candidates = drive(episode, out);
  std::vector<BranchPoint> points;
  points.reserve(candidates.size());
  for (const Candidate& candidate : candidates) points.push_back(candidate.point);
  for (const BranchPoint& point : choose_branch_points(points, impl_->options.samples, spec.seed)) {
    const auto& start = *std::ranges::find(candidates, point.step, [](const Candidate& c) { return c.point.step; });
    BranchSample sample{.step = point.step, .age = point.age, .scores = start.scores, .replanned = {}, .continued = {}};
    sample.replanned = play_out(episode, start, 0);
    for (const int more : impl_->options.more_steps) {
      sample.continued.push_back({more, play_out(episode, start, more)});
    }
    out.samples.push_back(std::move(sample));
  }
  return out;
}

}  // namespace awd::cli
