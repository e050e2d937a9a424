// A sample is complete up to its bound, bounded beyond it, and the same for any order of episodes.
#include "analysis/drift/drift_sample.h"

#include <gtest/gtest.h>

#include <vector>

namespace awd {
namespace {

std::vector<DriftRow> episode(int number, int frames) {
  std::vector<DriftRow> rows;
  rows.reserve(std::size_t(frames));
  for (int step = 0; step < frames; ++step) rows.push_back({.episode = number, .step = step, .phase = {}});
  return rows;
}

std::vector<std::pair<int, int>> names(const DriftSample& sample) {
  std::vector<std::pair<int, int>> kept;
  for (const DriftRow& row : sample.sorted()) kept.emplace_back(row.episode, row.step);
  return kept;
}

TEST(DriftSample, KeepsEverythingUpToTheBound) {
  DriftSample sample(100);
  sample.add(episode(1, 60));
  sample.add(episode(0, 40));
  EXPECT_TRUE(sample.is_complete());
  EXPECT_EQ(sample.seen(), 100);
  const auto kept = names(sample);
  ASSERT_EQ(kept.size(), 100u);
  EXPECT_EQ(kept.front(), std::pair(0, 0));
  EXPECT_EQ(kept.back(), std::pair(1, 59));
}

TEST(DriftSample, ThinsEvenlyBeyondIt) {
  DriftSample sample(100);
  for (int e = 0; e < 10; ++e) sample.add(episode(e, 100));
  EXPECT_FALSE(sample.is_complete());
  EXPECT_EQ(sample.seen(), 1000);
  const auto kept = names(sample);
  EXPECT_LE(kept.size(), 100u);
  EXPECT_GE(kept.size(), 25u);
  int late = 0;
  for (const auto& [e, step] : kept) late += e >= 5 ? 1 : 0;
  EXPECT_GT(late, int(kept.size()) / 4);
  EXPECT_LT(late, int(kept.size()) * 3 / 4);
}

TEST(DriftSample, OrderOfEpisodesDoesNotMatter) {
  DriftSample forwards(64), backwards(64);
  for (int e = 0; e < 10; ++e) forwards.add(episode(e, 50));
  for (int e = 9; e >= 0; --e) backwards.add(episode(e, 50));
  EXPECT_EQ(names(forwards), names(backwards));
}

}  // namespace
}  // namespace awd
