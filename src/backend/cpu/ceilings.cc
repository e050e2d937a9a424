// Times product loops and reads of a buffer that no cache holds.
#include "backend/ceilings.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "backend/cpu/host_memory.h"
#include "backend/cpu/product_units.h"
#include "base/clock.h"
#include "base/parallel.h"

namespace awd {
namespace {

using cpu::ProductUnit;

constexpr int kRounds = 3;       // the best one counts: others may use the machine for a moment
constexpr double kRoundMs = 50;  // per unit; long enough for a clock that adapts to the load
constexpr int kReadPasses = 5;
constexpr std::size_t kHugePage = std::size_t(2) << 20;

/// Operations per second of one unit on all threads, 10^9.
double product_rate(const ProductUnit& unit, int threads) {
  constexpr std::int64_t kTurns = 20'000;
  std::vector<double> rates(static_cast<std::size_t>(threads));
  parallel_jobs(threads, threads, [&](int job, int) {
    const Stopwatch watch;
    double turns = 0;
    for (; watch.ms() < kRoundMs; turns += kTurns) unit.run(kTurns);
    rates[std::size_t(job)] = turns * unit.operations_per_turn / (watch.ms() * 1e6);
  });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

/// Sum of all words, several sums side by side.
std::uint64_t sum_words(std::span<const std::uint64_t> words) {
  constexpr std::size_t kLanes = 16;  // of 64 bits: four AVX2 vectors
  std::uint64_t sums[kLanes] = {};
  for (std::size_t i = 0; i + kLanes <= words.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += words[i + lane];
  }
  return std::accumulate(sums, sums + kLanes, std::uint64_t{0});
}

/// Bytes per second that all threads read together, 10^9; every thread reads a part of its own, which it has filled.
double read_rate(std::size_t bytes, int threads) {
  const cpu::HostMemory memory = cpu::allocate_host(bytes);
  const std::size_t part = bytes / sizeof(std::uint64_t) / std::size_t(threads);
  const auto words_of = [&](int thread) {
    return std::span(reinterpret_cast<std::uint64_t*>(memory.get()) + std::size_t(thread) * part, part);
  };
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(threads));
  parallel_jobs(threads, threads, [&](int job, int) { std::ranges::fill(words_of(job), std::uint64_t(job)); });
  double best = 0;
  for (int pass = 0; pass < kReadPasses; ++pass) {
    const Stopwatch watch;
    parallel_jobs(threads, threads, [&](int job, int) { sums[std::size_t(job)] += sum_words(words_of(job)); });
    best = std::max(best, double(part) * threads * sizeof(std::uint64_t) / (watch.ms() * 1e6));
  }
  volatile std::uint64_t sink = sums[0];  // the sums are used, so the reads happen
  static_cast<void>(sink);
  return best;
}

}  // namespace

Ceilings measure_cpu_ceilings(int threads, std::size_t read_bytes) {
  Ceilings ceilings;
  const auto peak_of = [&](cpu::ProductType type) -> PeakRate& {
    using enum cpu::ProductType;
    return type == kF32 ? ceilings.f32 : type == kBf16 ? ceilings.bf16 : ceilings.int8;
  };
  for (const ProductUnit& unit : cpu::product_units()) {
    for (int round = 0; round < kRounds; ++round) {
      const double rate = product_rate(unit, threads);
      PeakRate& peak = peak_of(unit.type);
      if (rate > peak.giga_ops_per_s) peak = {rate, std::string(unit.name)};
    }
  }
  for (PeakRate* peak : {&ceilings.bf16, &ceilings.int8}) {
    if (peak->giga_ops_per_s < ceilings.f32.giga_ops_per_s) *peak = ceilings.f32;
  }
  ceilings.read_bytes = std::max(read_bytes / kHugePage, std::size_t(1)) * kHugePage;
  ceilings.read_gb_per_s = read_rate(ceilings.read_bytes, threads);
  return ceilings;
}

}  // namespace awd
