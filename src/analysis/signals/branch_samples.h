// The result of branch rollouts: at one step of an episode, what every gate signal said, and how the episode ended when
// the held chunk was continued and when the policy was queried at once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace awd {

/// How a branch ended.
struct BranchOutcome {
  bool success = false;
  int steps = 0;  // of the whole episode
};

/// The held chunk was continued for `more_steps` steps before the next query.
struct ContinuedBranch {
  int more_steps = 0;
  BranchOutcome outcome;
};

struct BranchSample {
  int step = 0;
  int age = 0;                           // of the held chunk
  std::map<std::string, double> scores;  // by signal; a signal that could not be computed is absent
  BranchOutcome replanned;
  std::vector<ContinuedBranch> continued;
};

/// All samples of one episode.
struct BranchEpisode {
  int job = 0;  // position in the run's list
  std::string scenario;
  std::string task;
  std::uint64_t seed = 0;
  BranchOutcome driver;  // of the policy that the samples were taken from
  std::vector<BranchSample> samples;
};

/// One line of samples.jsonl, with its newline.
std::string branch_line(const BranchEpisode& episode);

/// The episode in such a line. Throws awd::Error naming `where` on anything else.
BranchEpisode parse_branch_line(std::string_view line, const std::string& where);

}  // namespace awd
