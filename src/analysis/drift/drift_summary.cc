// Distributions and ROC of every drift signal; signals are independent and shared out over threads.
#include "analysis/drift/drift_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "analysis/stats.h"
#include "base/parallel.h"

namespace awd {
namespace {

/// The p-quantile of sorted samples, linear between order statistics.
double sorted_quantile(const std::vector<double>& sorted, double p) {
  const double place = p * double(sorted.size() - 1);
  const std::size_t low = std::size_t(place), high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - double(low)) * (sorted[high] - sorted[low]);
}

std::vector<SignalDrift> list_signals(const std::vector<std::string>& cameras) {
  std::vector<SignalDrift> list;
  const auto add = [&list](DriftConvention convention, DriftKind kind, int camera, std::string name) {
    SignalDrift entry;
    entry.signal = {convention, kind, camera};
    entry.name = std::move(name);
    list.push_back(std::move(entry));
  };
  for (const auto convention : {DriftConvention::kFrameToFrame, DriftConvention::kAnchor}) {
    for (const auto kind : {DriftKind::kState, DriftKind::kRaw, DriftKind::kWeighted}) {
      add(convention, kind, -1, std::string(word_of(kind)));
    }
    for (int c = 0; c < int(cameras.size()); ++c) {
      for (const auto kind : {DriftKind::kRaw, DriftKind::kWeighted}) {
        add(convention, kind, c, fmt::format("{} {}", word_of(kind), cameras[std::size_t(c)]));
      }
    }
  }
  return list;
}

PhaseSeparation separate_phase(std::span<const DriftRow> rows, const DriftSignal& signal, const std::string& phase,
                               const BootstrapOptions& options) {
  PhaseSeparation separation;
  separation.phase = phase;
  std::vector<ScoredCase> cases;
  std::vector<double> inside;
  for (const DriftRow& row : rows) {
    const double value = signal.of(row);
    if (std::isnan(value)) continue;
    cases.push_back({value, row.phase == phase, row.episode});
    if (row.phase == phase) inside.push_back(value);
  }
  separation.frames = std::int64_t(inside.size());
  separation.p50 = quantile(inside, 0.5);
  separation.roc = roc_of(cases, options);
  return separation;
}

void fill(std::span<const DriftRow> rows, const std::vector<std::string>& phases, const BootstrapOptions& options,
          SignalDrift& entry) {
  std::vector<double> all, key, steady;
  std::vector<ScoredCase> cases;
  for (const DriftRow& row : rows) {
    const double value = entry.signal.of(row);
    if (std::isnan(value)) continue;
    all.push_back(value);
    (row.is_key ? key : steady).push_back(value);
    cases.push_back({value, row.is_key, row.episode});
  }
  entry.all = distribution_of(all);
  entry.key = distribution_of(key);
  entry.steady = distribution_of(steady);
  entry.roc = roc_of(cases, options);
  if (entry.signal.camera >= 0) return;
  for (const std::string& phase : phases) {
    entry.phases.push_back(separate_phase(rows, entry.signal, phase, options));
  }
}

}  // namespace

Distribution distribution_of(const std::vector<double>& samples) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (samples.empty()) return {0, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone};
  std::vector<double> sorted = samples;
  std::ranges::sort(sorted);
  const double n = double(sorted.size());
  double sum = 0, squares = 0;
  for (const double value : sorted) sum += value;
  const double mean = sum / n;
  for (const double value : sorted) squares += (value - mean) * (value - mean);
  return {.n = std::int64_t(sorted.size()),
          .mean = mean,
          .std = std::sqrt(squares / n),
          .p50 = sorted_quantile(sorted, 0.50),
          .p75 = sorted_quantile(sorted, 0.75),
          .p90 = sorted_quantile(sorted, 0.90),
          .p95 = sorted_quantile(sorted, 0.95),
          .p99 = sorted_quantile(sorted, 0.99),
          .max = sorted.back()};
}

double DriftSignal::of(const DriftRow& row) const {
  const FrameDrift& drift = row.in(convention);
  const auto c = std::size_t(std::max(camera, 0));
  switch (kind) {
    case DriftKind::kState:
      return double(drift.state);
    case DriftKind::kRaw:
      return double(camera < 0 ? drift.raw : drift.raw_per_camera[c]);
    case DriftKind::kWeighted:
      return double(camera < 0 ? drift.weighted : drift.weighted_per_camera[c]);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::string> phases_of(std::span<const DriftRow> rows) {
  std::vector<std::string> phases;
  for (const DriftRow& row : rows) {
    if (!row.phase.empty() && std::ranges::find(phases, row.phase) == phases.end()) phases.push_back(row.phase);
  }
  return phases;
}

std::vector<SignalDrift> summarise_drift(std::span<const DriftRow> rows, const DriftSummaryOptions& options) {
  std::vector<SignalDrift> list = list_signals(options.cameras);
  const std::vector<std::string> phases = phases_of(rows);
  parallel_jobs(int(list.size()), options.threads,
                [&](int job, int) { fill(rows, phases, options.bootstrap, list[std::size_t(job)]); });
  return list;
}

}  // namespace awd
