// Keeps a row if its hash is divisible by a power of two that doubles whenever there are too many.
#include "analysis/drift/drift_sample.h"

#include <algorithm>
#include <tuple>

#include "base/rng.h"

namespace awd {

void DriftSample::add(std::span<const DriftRow> rows) {
  seen_ += std::int64_t(rows.size());
  for (const DriftRow& row : rows) {
    if (!keeps(row)) continue;
    rows_.push_back(row);
    while (rows_.size() > most_) {
      one_in_ *= 2;
      std::erase_if(rows_, [this](const DriftRow& kept) { return !keeps(kept); });
    }
  }
}

bool DriftSample::keeps(const DriftRow& row) const {
  return mix_seed(std::uint64_t(row.episode), std::uint64_t(row.step)) % one_in_ == 0;
}

std::vector<DriftRow> DriftSample::sorted() const {
  std::vector<DriftRow> rows = rows_;
  std::ranges::sort(rows, {}, [](const DriftRow& row) { return std::tuple(row.episode, row.step); });
  return rows;
}

}  // namespace awd
