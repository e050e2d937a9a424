// The choice of tokens on hand-checkable numbers.
#include "runtime/modes/token_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace awd {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

std::vector<float> shares(const std::vector<float>& entropy, double gain) {
  std::vector<float> result(entropy.size());
  keep_shares(entropy, gain, result);
  return result;
}

TEST(KeepShares, AddUpTheRelativeFallsOfTheEntropy) {
  // Falls: 4 -> 3 is 1/4; 3 -> 3.3 is a rise of 1/10; 3.3 -> 1.65 is 1/2: sums 0.25, 0.15, 0.65.
  EXPECT_THAT(shares({4.f, 3.f, 3.3f, 1.65f}, 1), ElementsAre(0.f, FloatEq(0.25f), FloatEq(0.25f), FloatEq(0.65f)));
  EXPECT_THAT(shares({4.f, 3.f, 3.3f, 1.65f}, 2), ElementsAre(0.f, FloatEq(0.5f), FloatEq(0.5f), FloatEq(1.f)));
}

TEST(KeepShares, NothingWhereEntropyRisesAndAllWithoutSchedule) {
  EXPECT_THAT(shares({1.f, 2.f, 3.f}, 5), ElementsAre(0.f, 0.f, 0.f));
  EXPECT_THAT(shares({1.f, 2.f, 3.f}, 0), ElementsAre(1.f, 1.f, 1.f));
  EXPECT_THAT(shares({0.f, 0.f}, 1), ElementsAre(0.f, 0.f));
}

class TokenChoiceTest : public testing::Test {
 protected:
  /// Eight tokens, three layers.
  std::array<std::uint8_t, 8> choose(const TokenOptions& options, const std::array<float, 3>& share) {
    std::array<std::uint8_t, 8> layers{};
    TokenChoice(options).choose(similarity_, importance_, share, layers);
    return layers;
  }
  std::array<float, 8> similarity_{1.f, 0.5f, 0.9999f, 0.999f, 0.997f, 0.9f, 0.998f, 1.f};
  std::array<float, 8> importance_{0.f, 0.f, 0.9f, 0.f, 0.f, 0.f, 0.5f, 0.f};
  static constexpr std::array<float, 3> kAll{1.f, 1.f, 1.f};
};

TEST_F(TokenChoiceTest, StaticTokensAreKept) {
  EXPECT_THAT(choose({.relevant = 0}, kAll), ElementsAre(0, 3, 0, 0, 0, 3, 0, 0));
}

TEST_F(TokenChoiceTest, MostSimilarFirst) {
  EXPECT_THAT(choose({.top_k = 3, .relevant = 0}, kAll), ElementsAre(0, 3, 0, 3, 3, 3, 3, 0));
  EXPECT_THAT(choose({.top_k = 0, .relevant = 0}, kAll), ElementsAre(3, 3, 3, 3, 3, 3, 3, 3));
}

TEST_F(TokenChoiceTest, ImportantTokensRun) {
  EXPECT_THAT(choose({.top_k = 3, .relevant = 1}, kAll), ElementsAre(0, 3, 3, 3, 3, 3, 3, 0));
  EXPECT_THAT(choose({.relevant = 8}, kAll), ElementsAre(3, 3, 3, 3, 3, 3, 3, 3));
}

TEST_F(TokenChoiceTest, SharesGrowWithDepth) {
  // Six static tokens in the order 0, 7, 2, 3, 6, 4: two leave at layer 1, two more at layer 2.
  EXPECT_THAT(choose({.relevant = 0}, {0.f, 1.f / 3, 2.f / 3}), ElementsAre(1, 3, 2, 2, 3, 3, 3, 1));
}

}  // namespace
}  // namespace awd
