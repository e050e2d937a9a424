// Areas that can be counted by hand, and a bootstrap that repeats to the bit.
#include "analysis/signals/roc.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace awd {
namespace {

/// Cases from "+3 -1 ...": sign is the kind, number the score; every case a cluster of its own.
std::vector<ScoredCase> cases(std::initializer_list<double> signed_scores) {
  std::vector<ScoredCase> out;
  for (const double s : signed_scores) out.push_back({std::abs(s), s > 0, int(out.size())});
  return out;
}

TEST(Roc, AreaCountsPairs) {
  EXPECT_EQ(roc_of(cases({4, 3, -2, -1}), {}).auroc, 1.0);
  EXPECT_EQ(roc_of(cases({1, 2, -3, -4}), {}).auroc, 0.0);
  EXPECT_DOUBLE_EQ(roc_of(cases({4, 2, -3, -1}), {}).auroc, 3.0 / 4);
  EXPECT_DOUBLE_EQ(roc_of(cases({5, 5, -5, -1}), {}).auroc, (2 * 0.5 + 2) / 4);  // ties count half
}

TEST(Roc, OneKindHasNoArea) {
  const Roc roc = roc_of(cases({1, 2, 3}), {});
  EXPECT_TRUE(std::isnan(roc.auroc));
  EXPECT_EQ(roc.ci95.low, 0);
  EXPECT_EQ(roc.ci95.high, 1);
  EXPECT_TRUE(roc.points.empty());
  EXPECT_EQ(roc_of({}, {}).cases, 0);
}

TEST(Roc, CurveEndsWithAlarmsForAll) {
  const Roc roc = roc_of(cases({4, 2, -3, -1}), {});
  ASSERT_EQ(roc.points.size(), 4u);
  EXPECT_EQ(roc.points[0].threshold, 4);
  EXPECT_EQ(roc.points[0].true_positive_rate, 0.5);
  EXPECT_EQ(roc.points[0].false_positive_rate, 0.0);
  EXPECT_EQ(roc.points[3].true_positive_rate, 1.0);
  EXPECT_EQ(roc.points[3].false_positive_rate, 1.0);
}

TEST(Roc, BootstrapRepeatsAndWidensWithClusters) {
  Rng rng(3);
  std::vector<ScoredCase> alone;
  for (int i = 0; i < 300; ++i) {
    const bool is_positive = i % 3 == 0;
    alone.push_back({rng.normal() + (is_positive ? 1 : 0), is_positive, i});
  }
  const Roc first = roc_of(alone, {}), again = roc_of(alone, {}), other = roc_of(alone, {.seed = 2});
  EXPECT_EQ(first.ci95.low, again.ci95.low);
  EXPECT_NE(first.ci95.low, other.ci95.low);
  EXPECT_LT(first.ci95.low, first.auroc);
  EXPECT_GT(first.ci95.high, first.auroc);
  EXPECT_NEAR(first.auroc, 0.76, 0.06);  // two normals one apart: Phi(1 / sqrt 2)
  EXPECT_LE(int(first.points.size()), kRocPoints);

  std::vector<ScoredCase> copies;  // every case three times in one cluster tells no more than once
  for (const ScoredCase& c : alone) copies.insert(copies.end(), 3, c);
  const Roc clustered = roc_of(copies, {});
  EXPECT_NEAR(clustered.ci95.high - clustered.ci95.low, first.ci95.high - first.ci95.low, 1e-12);
}

TEST(AurocDifference, ByHandAndPaired) {
  // Score a orders all four pairs right (AUROC 1), score b two of them (0.5).
  const std::vector<PairedCase> cases{{4, 1, true, 0}, {3, 4, true, 1}, {2, 3, false, 0}, {1, 2, false, 1}};
  const AurocDifference difference = auroc_difference(cases, {.resamples = 200});
  EXPECT_DOUBLE_EQ(difference.difference, 0.5);
  EXPECT_LE(difference.ci95.low, 0.5);
  EXPECT_GE(difference.ci95.high, 0.5);
}

TEST(AurocDifference, EqualScoresDifferByNothingOnEveryResample) {
  std::vector<PairedCase> cases;
  cases.reserve(40);
  for (int i = 0; i < 40; ++i) cases.push_back({double(i % 7), double(i % 7), i % 3 == 0, i / 5});
  const AurocDifference difference = auroc_difference(cases, {.resamples = 100});
  EXPECT_EQ(difference.difference, 0);
  EXPECT_EQ(difference.ci95.low, 0);
  EXPECT_EQ(difference.ci95.high, 0);
}

TEST(AurocDifference, OneKindOnlyIsNotKnown) {
  const std::vector<PairedCase> cases{{4, 1, true, 0}, {3, 4, true, 1}};
  const AurocDifference difference = auroc_difference(cases, {.resamples = 10});
  EXPECT_TRUE(std::isnan(difference.difference));
  EXPECT_EQ(difference.ci95.low, -1);
}

}  // namespace
}  // namespace awd
