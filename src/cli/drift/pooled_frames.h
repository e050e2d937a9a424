// Frames of one episode kept on disk as small as the gate needs them, so that other thresholds can be tried without
// reading (or rendering) the recording again: the state and the sum of every pooling window, exact.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "awd/types.h"

namespace awd::cli {

/// Sums of a window fit 16 bits up to this pool.
inline constexpr int kMostPool = 16;

/// Writes one episode. Not thread-safe.
class PooledWriter {
 public:
  /// Throws awd::Error if the file cannot be made.
  PooledWriter(std::filesystem::path file, int pool);
  /// The next frame. `importance`: the maps held from this frame on; nullptr: those held before.
  void add(const Observation& observation, const ImportanceMaps* importance);
  /// Throws awd::Error if anything could not be written (disk full).
  void close();

 private:
  void put(const void* data, std::size_t bytes);

  std::filesystem::path file_;
  int pool_;
  std::ofstream stream_;
  std::vector<float> means_;
  std::vector<std::uint16_t> sums_;
};

/// Reads it back: observations whose pictures pool to the very same numbers, with the same state; everything else of
/// them is not there.
class PooledReader {
 public:
  PooledReader(std::filesystem::path file, int pool);
  /// False after the last frame.
  bool next();
  /// Views are valid until the next call of next().
  const Observation& observation() const { return observation_; }
  const ImportanceMaps& importance() const { return importance_; }

 private:
  bool get(void* data, std::size_t bytes);
  void expand(int rows, int cols, std::vector<std::uint8_t>& picture);

  std::filesystem::path file_;
  int pool_;
  std::ifstream stream_;
  std::vector<std::uint16_t> sums_;  // [3, rows, cols] of one camera
  std::vector<float> state_, joints_;
  std::vector<std::vector<std::uint8_t>> pictures_;  // one per camera
  std::vector<ImageView> views_;
  Observation observation_;
  ImportanceMaps importance_{};
};

}  // namespace awd::cli
