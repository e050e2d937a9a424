// The frames of a recording that statistics are computed from: all of them up to a bound, then an even random sample,
// so that memory does not grow with the recording.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/drift/drift_row.h"

namespace awd {

/// Rows kept at most: about 60 MB. Every statistic is exact up to that many frames.
inline constexpr std::size_t kDriftRows = 200'000;

/// Not thread-safe.
class DriftSample {
 public:
  explicit DriftSample(std::size_t most = kDriftRows) : most_(most) {}

  /// Adds rows of any episodes. Which rows are kept is decided by a hash of episode and step: it does not depend on the
  /// order of adding.
  void add(std::span<const DriftRow> rows);
  /// What is kept, by episode and step.
  std::vector<DriftRow> sorted() const;
  /// Rows added so far.
  std::int64_t seen() const { return seen_; }
  bool is_complete() const { return one_in_ == 1; }

 private:
  bool keeps(const DriftRow& row) const;

  std::size_t most_;
  std::uint64_t one_in_ = 1;  // a row of that many is kept, a power of 2
  std::int64_t seen_ = 0;
  std::vector<DriftRow> rows_;
};

}  // namespace awd
