// Episodes in parallel; what is done out of turn waits, so that the tally adds up in the recording's order.
#include "cli/triggers/offline_triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "awd/error.h"
#include "base/parallel.h"
#include "cli/drift/drift_policy.h"
#include "cli/drift/drift_walk.h"
#include "cli/interrupt.h"
#include "cli/offline_gate.h"
#include "cli/progress.h"
#include "runtime/arm.h"

namespace awd::cli {
namespace {

constexpr const char* kStudyArm = "awd-restart";
constexpr int kUsualHorizon = 20;  // steps, without a policy

Arm chosen_arm(const TriggersOptions& options) {
  Arm arm = parse_arm(options.gate.empty() ? kStudyArm : options.gate);
  if (arm.matched_to) {
    throw Error("option gate", fmt::format("expected an arm that stands by itself, got \"{}\"", options.gate));
  }
  return arm;
}

/// Steps after which the runtime would ask for a recompute in any case; 0: never.
int horizon_of(const Arm& arm, const TriggersOptions& options, const DriftPolicy& policy) {
  if (options.horizon > 0) return options.horizon;
  const bool uses_up_chunk = arm.reuse.mode == ReuseMode::kAligned || arm.reuse.mode == ReuseMode::kRedenoise;
  if (arm.reuse.execute > 0 || !uses_up_chunk) return arm.reuse.execute;
  return policy.engine != nullptr ? policy.view.horizon : kUsualHorizon;
}

OfflineGateOptions gate_options(const Arm& arm, const TriggersOptions& options, const DriftPolicy& policy) {
  OfflineGateOptions gate;
  gate.anchoring = Anchoring::kGate;
  gate.horizon = horizon_of(arm, options, policy);
  gate.query_every = options.query_every;
  gate.gate = arm.gate;
  return gate;
}

/// What one thread needs for all of its episodes.
struct Walker {
  Walker(const Recording& recording, const InputOptions& input, const DriftPolicy& policy,
         const OfflineGateOptions& options)
      : view(recording.info(), policy.view, input), importance(policy.source()), gate(options, *importance) {}

  PolicyView view;
  std::unique_ptr<MapSource> importance;
  OfflineGate gate;
};

/// Takes episodes in any order and adds them up in that of their numbers.
class OrderedTally {
 public:
  OrderedTally(TriggerTally& tally, const std::vector<RecordedEpisode>& about)
      : tally_(tally), about_(about), bar_(int(about.size())) {}

  void add(int number, OfflineEpisode episode) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(number, std::move(episode));
    for (auto next = waiting_.begin(); next != waiting_.end() && next->first == done_; next = waiting_.erase(next)) {
      const RecordedEpisode& about = about_[std::size_t(done_)];
      tally_.add(next->second.episode, next->second.steps,
                 {.events = !about.scenario.empty(), .success = about.success.has_value()});
      bar_.show(++done_, "episodes");
    }
  }

 private:
  TriggerTally& tally_;
  const std::vector<RecordedEpisode>& about_;
  std::mutex mutex_;
  ProgressBar bar_;
  std::map<int, OfflineEpisode> waiting_;
  int done_ = 0;
};

}  // namespace

OfflineSetup add_offline_triggers(const Recording& recording, const InputOptions& input, const TriggersOptions& options,
                                  const EngineOptions& engine, TriggerTally& tally) {
  const Arm arm = chosen_arm(options);
  const DriftPolicy policy = choose_policy(options.policy, engine, recording.info(), input);
  const OfflineGateOptions gate = gate_options(arm, options, policy);
  check_gate_options(gate.gate, policy.view.image_size, policy.view.image_size);
  const std::vector<RecordedEpisode>& episodes = recording.episodes();
  const int threads = thread_count(options.walk.threads, episodes.size());
  std::vector<std::unique_ptr<Walker>> walkers{std::size_t(threads)};
  OrderedTally ordered(tally, episodes);
  parallel_jobs(int(episodes.size()), threads, [&](int number, int thread) {
    auto& walker = walkers[std::size_t(thread)];
    if (walker == nullptr) walker = std::make_unique<Walker>(recording, input, policy, gate);
    const RecordedEpisode& about = episodes[std::size_t(number)];
    const auto reader = recording.open(std::size_t(number));
    const OfflineWalk walk{
        .about = about,
        .number = number,
        .arm = about.arm.empty() ? arm.name : fmt::format("{} on frames of {}", arm.name, about.arm),
        .observe = [&](const RecordedFrame& frame) { return walker->view.observe(frame, about.prompt); },
        .on_step = [](const RecordedFrame&, const OfflineStep&) { throw_if_interrupted(); }};
    ordered.add(number, walk_episode(*reader, walker->gate, walk));
  });
  return {.gate = arm.name, .importance = policy.importance, .note = policy.note};
}

}  // namespace awd::cli
