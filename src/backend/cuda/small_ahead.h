// Which weights come next: a recorded flow streams the same layers in the same order each time, so each kernel may ask
// for the weights some way ahead, and the memory works while kernels wait for each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "backend/cuda/small_linear.h"

namespace awd::cuda {

/// The order of small layers in each recording of one session. It is learned in a run and used in later ones.
class WeightOrder {
 public:
  /// `distance_bytes`: how far ahead of the kernel that multiplies them weights are asked for. They wait in the L2
  /// cache, so a third of it is enough; 0 asks for none.
  explicit WeightOrder(std::size_t distance_bytes) : distance_bytes_(distance_bytes) {}

  /// Calls of the recording `key` follow.
  void begin(std::uint64_t key);
  /// They have ended.
  void end();
  /// The next call multiplies by `layer`: what it should ask for.
  SmallAhead next(const SmallLayer& layer);

 private:
  struct Weights {
    const std::byte* data;
    std::size_t bytes;
    bool operator==(const Weights&) const = default;
  };

  std::size_t distance_bytes_;
  std::map<std::uint64_t, std::vector<Weights>> known_;
  std::vector<Weights>* learned_ = nullptr;  // while between begin() and end()
  std::vector<Weights> now_;
};

}  // namespace awd::cuda
