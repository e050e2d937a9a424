// Selections by word, and maps from a capture whose numbers say where they come from.
#include "analysis/attention/attention_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "awd/error.h"

namespace awd {
namespace {

using testing::HasSubstr;

constexpr AttentionShape kShape{.layers = 5, .steps = 10, .heads = 4};

std::string error_of(const AttentionWords& words) {
  try {
    (void)parse_attention_selection(words, kShape);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(AttentionSelection, WordsBecomeRanges) {
  const AttentionSelection all = parse_attention_selection({"all", "all", "all"}, kShape);
  EXPECT_EQ(all.last_layer, 4);
  EXPECT_EQ(all.last_step, 9);
  EXPECT_TRUE(all.is_all_heads(kShape));
  const AttentionSelection some = parse_attention_selection({"1-3", "last", "2"}, kShape);
  EXPECT_EQ(some.first_layer, 1);
  EXPECT_EQ(some.last_layer, 3);
  EXPECT_EQ(some.first_step, 9);
  EXPECT_EQ(some.first_head, 2);
  EXPECT_EQ(some.last_head, 2);
  EXPECT_FALSE(some.is_all_heads(kShape));
  EXPECT_EQ(parse_attention_selection({"4", "first", "all"}, kShape).last_step, 0);
}

TEST(AttentionSelection, ErrorsNameTheOptionAndWhatThereIs) {
  EXPECT_THAT(error_of({"5", "last", "all"}), HasSubstr("[option layers] expected all, one of 0 to 4"));
  EXPECT_THAT(error_of({"3-1", "last", "all"}), HasSubstr("got \"3-1\""));
  EXPECT_THAT(error_of({"all", "10", "all"}), HasSubstr("[option steps]"));
  EXPECT_THAT(error_of({"all", "last", "-1"}), HasSubstr("[option heads]"));
  EXPECT_THAT(error_of({"two", "last", "all"}), HasSubstr("got \"two\""));
}

/// Two steps, two layers, two heads, two cameras. Row r puts 0.1 (r + 1) on patch r of camera 0 and, for odd rows, 0.1
/// on patch 0 of camera 1.
AttentionCapture numbered_capture() {
  AttentionCapture capture{.wants_heads = true, .steps = 2, .layers = 2, .heads = 2, .tokens = 2 * kMapCells};
  capture.share.resize(8 * 2 * kMapCells);
  for (std::size_t row = 0; row < 8; ++row) {
    float* share = capture.share.data() + row * 2 * kMapCells;
    share[row] = 0.1f * float(row + 1);
    if (row % 2 == 1) share[kMapCells] = 0.1f;
  }
  return capture;
}

TEST(AttentionMaps, OneHeadOfOneLayerAndStep) {
  // Step 1, layer 0, head 1 is row 5: 0.6 on patch 5 of camera 0, 0.1 on patch 0 of camera 1.
  const AttentionMaps maps = reduce_capture(numbered_capture(), {0, 0, 1, 1, 1, 1});
  ASSERT_EQ(maps.cameras.size(), 2u);
  EXPECT_TRUE(maps.is_joint);
  EXPECT_NEAR(maps.image_share, 0.7, 1e-6);
  EXPECT_NEAR(maps.cameras[0][5], 6.0 / 7, 1e-6);
  EXPECT_NEAR(maps.cameras[1][0], 1.0 / 7, 1e-6);
  EXPECT_EQ(maps.cameras[0][4], 0.f);
}

TEST(AttentionMaps, MeanOverARange) {
  // Layer 1 of both steps, both heads: rows 2, 3, 6, 7 with 0.3 + 0.4 + 0.7 + 0.8 on camera 0 and 2 x 0.1 on camera 1.
  const AttentionMaps maps = reduce_capture(numbered_capture(), {1, 1, 0, 1, 0, 1});
  EXPECT_NEAR(maps.image_share, 2.4 / 4, 1e-6);
  EXPECT_NEAR(maps.cameras[0][2], 0.3 / 2.4, 1e-6);
  EXPECT_NEAR(maps.cameras[0][7], 0.8 / 2.4, 1e-6);
  EXPECT_NEAR(maps.cameras[1][0], 0.2 / 2.4, 1e-6);
}

TEST(AttentionMaps, ImportanceIsKnownPerCameraOnly) {
  ImportanceMaps importance;
  importance.n_cameras = 2;
  importance.map[1][7] = 1;
  const AttentionMaps maps = from_importance(importance, 2);
  EXPECT_FALSE(maps.is_joint);
  EXPECT_TRUE(std::isnan(maps.image_share));
  EXPECT_EQ(maps.cameras[1][7], 1.f);
}

}  // namespace
}  // namespace awd
