// All gates walk an episode side by side, so that each frame is read once.
#include "cli/drift/open_loop.h"

#include <algorithm>
#include <memory>

#include "base/parallel.h"
#include "cli/drift/drift_walk.h"
#include "cli/drift/pooled_frames.h"
#include "cli/interrupt.h"
#include "cli/offline_gate.h"

namespace awd::cli {
namespace {

/// The maps that the walk held at the frame being read.
class HeldImportance final : public MapSource {
 public:
  explicit HeldImportance(const PooledReader& reader) : reader_(reader) {}
  const ImportanceMaps& query(const Observation&) override { return reader_.importance(); }

 private:
  const PooledReader& reader_;
};

OfflineGateOptions options_of(const OpenLoopGate& gate, const GateOptions& formulas) {
  OfflineGateOptions options;
  options.anchoring = Anchoring::kGate;
  options.horizon = gate.horizon;
  options.query_every = 1;
  options.gate = formulas;
  options.gate.kind = GateKind::kAwd;
  options.gate.state_threshold = gate.state_threshold;
  options.gate.drift_threshold = gate.drift_threshold;
  return options;
}

}  // namespace

std::vector<std::vector<OpenLoopRate>> walk_open_loop(const PooledEpisodes& episodes,
                                                      std::span<const OpenLoopGate> gates) {
  std::vector<std::vector<OpenLoopRate>> rates(gates.size(), std::vector<OpenLoopRate>(std::size_t(episodes.count)));
  parallel_jobs(episodes.count, episodes.threads, [&](int number, int) {
    PooledReader reader(pooled_file(episodes.folder, number), episodes.gate.pool);
    HeldImportance importance(reader);
    std::vector<OfflineGate> walkers;
    walkers.reserve(gates.size());
    for (const OpenLoopGate& gate : gates) {
      walkers.emplace_back(options_of(gate, episodes.gate), importance).begin(number, 0);
    }
    for (int step = 0; reader.next(); ++step) {
      throw_if_interrupted();
      RecordedFrame frame;
      frame.step = step;
      for (std::size_t g = 0; g < gates.size(); ++g) {
        const Decision& decision = walkers[g].step(frame, reader.observation()).log.decision;
        OpenLoopRate& rate = rates[g][std::size_t(number)];
        rate.episodes = 1;
        rate.horizon = gates[g].horizon;
        rate.steps += 1;
        rate.full_queries += decision.verdict == Verdict::kRecompute ? 1 : 0;
        rate.reasons[std::size_t(decision.reason)] += 1;
      }
    }
  });
  return rates;
}

OpenLoopRate sum_of(std::span<const OpenLoopRate> rates) {
  OpenLoopRate sum;
  for (const OpenLoopRate& rate : rates) {
    sum.horizon = rate.horizon;
    sum.episodes += rate.episodes;
    sum.steps += rate.steps;
    sum.full_queries += rate.full_queries;
    for (std::size_t r = 0; r < sum.reasons.size(); ++r) sum.reasons[r] += rate.reasons[r];
  }
  return sum;
}

}  // namespace awd::cli
