// Ordered hand-over under one lock.
#include "cli/drift/drift_sink.h"

#include <algorithm>
#include <utility>

#include "analysis/drift/drift_csv.h"
#include "awd/error.h"

namespace awd::cli {

DriftSink::DriftSink(const std::filesystem::path& folder, const std::vector<std::string>& cameras, int figures)
    : file_(folder / kDriftCsv), cameras_(cameras.size()), figures_(std::size_t(figures)), stream_(file_) {
  if (!stream_) throw Error(file_.string(), "expected to make this file, got an error");
  stream_ << drift_csv_header(cameras);
}

void DriftSink::add(int episode, std::vector<DriftRow> rows) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace(episode, std::move(rows));
  for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.begin()) {
    take(std::move(first->second));
    waiting_.erase(first);
    ++next_;
  }
}

void DriftSink::take(std::vector<DriftRow> rows) {
  stream_ << drift_csv_lines(rows, cameras_);
  sample_.add(rows);
  queries_ += std::ranges::count(rows, true, &DriftRow::is_queried);
  if (first_episodes_.size() < figures_) first_episodes_.push_back(std::move(rows));
}

void DriftSink::close() {
  stream_.close();
  if (!stream_) throw Error(file_.string(), "expected to write the rows, got a write error (disk full?)");
}

}  // namespace awd::cli
