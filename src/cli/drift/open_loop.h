// How often gates with given thresholds would have asked for a query on recorded frames.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "analysis/drift/drift_report.h"
#include "awd/gate.h"

namespace awd::cli {

struct OpenLoopGate {
  double state_threshold = 0;
  double drift_threshold = 0;
  int horizon = 0;  // age at which an anchor is due whatever the gate says; 0: no limit
};

/// The pooled frames of a walk, and the options that made them.
struct PooledEpisodes {
  std::filesystem::path folder;
  int count = 0;
  GateOptions gate{};
  int threads = 1;
};

/// [gate][episode]. Every gate anchors where it says itself (Anchoring::kGate); the importance at an anchor is that
/// of the last query of the walk at or before it.
std::vector<std::vector<OpenLoopRate>> walk_open_loop(const PooledEpisodes& episodes,
                                                      std::span<const OpenLoopGate> gates);

/// All of them added up.
OpenLoopRate sum_of(std::span<const OpenLoopRate> rates);

}  // namespace awd::cli
