// Every kind of bad number in every format, wherever it lies.
#include "io/finite_scan.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace awd {
namespace {

template <class Word>
bool finite(FloatFormat format, const std::vector<Word>& words) {
  return all_finite(format, std::as_bytes(std::span(words)));
}

TEST(FiniteScanTest, EachFormatByItsBits) {
  const auto f32 = [](float value) { return std::vector<std::uint32_t>{0, std::bit_cast<std::uint32_t>(value)}; };
  EXPECT_TRUE(finite(FloatFormat::kF32, f32(-std::numeric_limits<float>::max())));
  EXPECT_FALSE(finite(FloatFormat::kF32, f32(-std::numeric_limits<float>::infinity())));
  EXPECT_FALSE(finite(FloatFormat::kF32, f32(std::numeric_limits<float>::quiet_NaN())));
  using Words = std::vector<std::uint16_t>;
  EXPECT_TRUE(finite(FloatFormat::kBf16, Words{0x7f7f, 0xff7f, 0x7c00}));
  EXPECT_FALSE(finite(FloatFormat::kBf16, Words{0, 0xff80}));
  EXPECT_FALSE(finite(FloatFormat::kBf16, Words{0x7fc0}));
  EXPECT_TRUE(finite(FloatFormat::kF16, Words{0x7bff, 0xfbff}));
  EXPECT_FALSE(finite(FloatFormat::kF16, Words{0x7c00}));
  EXPECT_FALSE(finite(FloatFormat::kF16, Words{0xfe01}));
  EXPECT_TRUE(all_finite(FloatFormat::kF32, {}));
}

TEST(FiniteScanTest, OneBadNumberIsFoundAnywhereInAFileOfSeveralPieces) {
  std::vector<std::uint16_t> words((std::size_t(9) << 20) + 7, 0x3f80);
  EXPECT_TRUE(finite(FloatFormat::kBf16, words));
  for (const std::size_t at : {std::size_t(0), words.size() / 2, words.size() - 1}) {
    words[at] = 0x7f80;
    EXPECT_FALSE(finite(FloatFormat::kBf16, words)) << at;
    words[at] = 0x3f80;
  }
}

TEST(FiniteScanTest, BytesNeedNoAlignment) {
  std::vector<std::byte> bytes(4 * 100 + 1, std::byte{0});
  const auto shifted = std::span<const std::byte>(bytes).subspan(1);
  EXPECT_TRUE(all_finite(FloatFormat::kF32, shifted));
  bytes[4 * 99 + 1 + 3] = bytes[4 * 99 + 1 + 2] = std::byte{0x7f};
  bytes[4 * 99 + 1 + 2] = std::byte{0x80};
  EXPECT_FALSE(all_finite(FloatFormat::kF32, shifted));
}

}  // namespace
}  // namespace awd
