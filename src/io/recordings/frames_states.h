// The states.csv of an episode of a frames folder: which columns it has, and its rows as numbers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv_reader.h"

namespace awd {

/// Reads [step,] s0 s1 ... [, a0 ...] [, j0 ...] [, phase], columns in any order. Not thread-safe.
class FramesStates {
 public:
  /// Throws awd::Error naming the column where one is missing or unknown.
  explicit FramesStates(const std::filesystem::path& file);

  int state_dim() const { return int(state_columns_.size()); }
  int action_dim() const { return int(action_columns_.size()); }
  int joint_dim() const { return int(joint_columns_.size()); }

  /// The next row; false at the end. Throws awd::Error naming line and column of what is no finite number, and of a
  /// step that does not follow the one before.
  bool next();
  int step() const { return step_; }  // number of the picture that belongs to the row; rows count from 0 without column
  const std::vector<float>& state() const { return state_; }
  const std::vector<float>& action() const { return action_; }
  const std::vector<float>& joints() const { return joints_; }
  std::string_view phase() const { return phase_column_ ? csv_.text(*phase_column_) : std::string_view(); }
  /// "FILE:LINE" of the row last read.
  std::string where() const { return csv_.where(); }

 private:
  void read(const std::vector<std::size_t>& columns, std::vector<float>& values) const;

  CsvReader csv_;
  std::vector<std::size_t> state_columns_, action_columns_, joint_columns_;
  std::optional<std::size_t> step_column_, phase_column_;
  bool has_row_ = false;
  int step_ = 0;
  std::vector<float> state_, action_, joints_;
};

}  // namespace awd
