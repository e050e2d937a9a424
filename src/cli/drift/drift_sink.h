// Takes finished episodes from several threads and passes them on in order: lines of drift.csv, the sample that
// statistics are made of, and the episodes that get a figure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "analysis/drift/drift_sample.h"

namespace awd::cli {

inline constexpr const char* kDriftCsv = "drift.csv";

/// Thread-safe. Episodes that come early wait in memory for those before them.
class DriftSink {
 public:
  /// Throws awd::Error if the file cannot be made.
  DriftSink(const std::filesystem::path& folder, const std::vector<std::string>& cameras, int figures);

  /// All rows of episode number `episode`; every number from 0 on comes once.
  void add(int episode, std::vector<DriftRow> rows);
  /// Closes the file. Throws awd::Error if anything could not be written (disk full).
  void close();

  const DriftSample& sample() const { return sample_; }
  std::int64_t queries() const { return queries_; }
  /// The first episodes, by number.
  const std::vector<std::vector<DriftRow>>& first_episodes() const { return first_episodes_; }

 private:
  void take(std::vector<DriftRow> rows);

  std::filesystem::path file_;
  std::size_t cameras_;
  std::size_t figures_;
  std::ofstream stream_;
  std::mutex mutex_;
  std::map<int, std::vector<DriftRow>> waiting_;
  int next_ = 0;
  DriftSample sample_;
  std::int64_t queries_ = 0;
  std::vector<std::vector<DriftRow>> first_episodes_;
};

}  // namespace awd::cli
