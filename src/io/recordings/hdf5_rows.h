// Rows of a dataset one after another, read ahead in pieces that fit how the file stores them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "io/hdf5_reader.h"

namespace awd {

/// T: a number that Hdf5Dataset::read() knows, or an enum over std::uint8_t. Not thread-safe.
template <class T>
class Hdf5Rows {
 public:
  explicit Hdf5Rows(Hdf5Dataset dataset) : dataset_(std::move(dataset)) {
    const std::size_t row_bytes = std::max<std::size_t>(1, dataset_.row_values() * sizeof(T));
    const std::size_t chunk = dataset_.chunk_rows();
    const std::size_t wanted = std::max<std::size_t>(1, kReadAheadBytes / row_bytes);
    const std::size_t whole_chunks = (wanted + chunk - 1) / chunk * chunk;
    piece_rows_ = std::min({whole_chunks, std::max<std::size_t>(1, kMostBytes / row_bytes), dataset_.rows()});
    values_.resize(piece_rows_ * dataset_.row_values());
  }

  const Hdf5Dataset& dataset() const { return dataset_; }

  /// Row `index`, valid and writable until the next call. Cheap when rows are asked for in order.
  std::span<T> row(std::size_t index) {
    if (index < first_ || index >= end_) fetch(index);
    return std::span<T>(values_).subspan((index - first_) * dataset_.row_values(), dataset_.row_values());
  }

 private:
  // Enough to make a call of the library cheap, small enough for the processor's cache.
  static constexpr std::size_t kReadAheadBytes = std::size_t{1} << 20;
  // Stored chunks of more rows than this are unpacked several times rather than held.
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  void fetch(std::size_t index) {
    first_ = index / piece_rows_ * piece_rows_;  // pieces begin where chunks do
    end_ = std::min(first_ + piece_rows_, dataset_.rows());
    const std::size_t count = end_ - first_;
    end_ = first_;  // nothing is held if reading fails
    const std::span<T> piece = std::span<T>(values_).first(count * dataset_.row_values());
    if constexpr (std::is_enum_v<T>) {
      static_assert(std::is_same_v<std::underlying_type_t<T>, std::uint8_t>);
      dataset_.read(first_, count, std::span(reinterpret_cast<std::uint8_t*>(piece.data()), piece.size()));
    } else {
      dataset_.read(first_, count, piece);
    }
    end_ = first_ + count;
  }

  Hdf5Dataset dataset_;
  std::size_t piece_rows_ = 1;
  std::size_t first_ = 0, end_ = 0;  // rows held
  std::vector<T> values_;
};

}  // namespace awd
