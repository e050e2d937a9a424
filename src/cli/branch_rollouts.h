// Paired branch rollouts of one episode: at chosen steps, continue the held chunk or query again, and play both out.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/signals/branch_samples.h"
#include "awd/engine.h"
#include "runtime/arm.h"
#include "sim/episode.h"

namespace awd::cli {

struct BranchOptions {
  Arm driver;  // of mode aligned; its gate's scores are recorded
  std::vector<int> more_steps;
  int samples = 0;  // per episode
  int execute = 0;  // steps of each chunk in a branch; 0: all
};

/// What the driver's step looked like, for choosing where to branch.
struct BranchPoint {
  int step = 0;
  int age = 0;
  bool is_near_event = false;
};

/// Up to `count` of `points`: every second one near an event as long as there are any, the others from young, middle
/// and old ages in turn. Ascending steps; the same seed chooses the same.
std::vector<BranchPoint> choose_branch_points(std::vector<BranchPoint> points, int count, std::uint64_t seed);

/// Runs the episode with the driver, then two or more branches from every chosen step. Uses `world` alone.
class BranchRollouts {
 public:
  BranchRollouts(const std::shared_ptr<const Engine>& engine, const BranchOptions& options);
  ~BranchRollouts();
  BranchEpisode run(sim::World& world, const sim::EpisodeSpec& spec);

 private:
  struct Candidate;
  std::vector<Candidate> drive(sim::Episode& episode, BranchEpisode& out);
  BranchOutcome play_out(sim::Episode& episode, const Candidate& start, int rows);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::cli
