// Recorder: CUDA graphs of calls that come again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "backend/cuda/handles.h"

namespace awd::cuda {

/// The recordings of one stream. The first run of a key is made directly, since what the runtime sets up on first use
/// must not be recorded; the second is recorded and run, later ones are run.
class Recorder {
 public:
  explicit Recorder(cudaStream_t stream) : stream_(stream) {}

  /// Runs the recording of `key` and returns false, or returns true where the caller has to make the calls.
  bool begin(std::uint64_t key);
  /// Ends what begin() has begun; abandoned calls are forgotten.
  void end(bool is_abandoned);

  bool is_recording() const { return is_capturing_; }

 private:
  /// More keys than a session has in use. The one that was not run for longest is forgotten: that of a cache that is
  /// gone.
  static constexpr std::size_t kMostGraphs = 32;

  struct Recording {
    GraphExec graph;             // empty: run once
    std::uint64_t last_run = 0;  // of runs_
  };
  void forget_oldest();

  cudaStream_t stream_;
  std::map<std::uint64_t, Recording> recordings_;
  std::uint64_t runs_ = 0;
  std::optional<std::uint64_t> key_;  // between begin() and end()
  bool is_capturing_ = false;
};

}  // namespace awd::cuda
