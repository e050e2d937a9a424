// The file of ranges, and the layers that they are for.
#include "engine/fp8_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"
#include "engine/test_scene.h"
#include "engine/weights.h"

namespace awd {
namespace {

using testing::HasSubstr;

class Fp8RangesTest : public testing::Test {
 protected:
  std::string refusal(const std::string& text) {
    std::ofstream(file_) << text;
    try {
      read_fp8_ranges(file_, config_);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  /// A file whose prefix is in order.
  static std::string with_expert(const std::string& expert) {
    return R"({"format": "awd-fp8-scales-1", "llm": {"width": 16, "mlp": 16}, "samples": 1, "layers": [)"
           R"({"normed": 1, "hidden": 1}, {"normed": 1, "hidden": 1}], "expert": )" +
           expert + "}";
  }
  static std::string with_expert_layers(const std::string& layers) {
    return with_expert(R"({"width": 16, "mlp": 16, "layers": [)" + layers + "]}");
  }

  TestFolder folder_;
  std::string file_ = folder_.file("scales.json");
  ModelConfig config_ = small_geometry();
  Fp8Ranges ranges_{.samples = 3,
                    .prefix = {{.normed = 12.5f, .hidden = 0.3f}, {.normed = 7.f, .hidden = 1e4f}},
                    .expert = {{2.f, 3.f}, {4.f, 5.f}, {6.f, 7.f}}};
};

TEST_F(Fp8RangesTest, AFileKeepsThem) {
  write_fp8_ranges(file_, config_, ranges_);
  const Fp8Ranges read = read_fp8_ranges(file_, config_);
  EXPECT_EQ(read.samples, 3);
  ASSERT_EQ(read.prefix.size(), 2U);
  EXPECT_EQ(read.prefix[0].normed, 12.5f);
  EXPECT_EQ(read.prefix[0].hidden, 0.3f);
  EXPECT_EQ(read.prefix_layer(1).hidden, 1e4f);
  EXPECT_EQ(read.prefix_layer(2).hidden, 0.f);
  ASSERT_EQ(read.expert.size(), 3U);
  EXPECT_EQ(read.expert[0].normed, 2.f);
  EXPECT_EQ(read.expert_layer(2).hidden, 7.f);
}

TEST_F(Fp8RangesTest, AFileWithoutTheExpertLeavesItUnknown) {
  ranges_.expert.clear();
  write_fp8_ranges(file_, config_, ranges_);
  const Fp8Ranges read = read_fp8_ranges(file_, config_);
  EXPECT_EQ(read.prefix.size(), 2U);
  EXPECT_TRUE(read.expert.empty());
  EXPECT_EQ(read.expert_layer(0).normed, 0.f);
}

TEST_F(Fp8RangesTest, ThoseOfAnotherGeometryAreRefused) {
  write_fp8_ranges(file_, config_, ranges_);
  const auto refuses = [&](auto&& change) {
    ModelConfig other = config_;
    change(other);
    EXPECT_THROW(read_fp8_ranges(file_, other), Error);
  };
  refuses([](ModelConfig& other) { other.llm.depth = 4; });
  refuses([](ModelConfig& other) { other.llm.width = 32; });
  refuses([](ModelConfig& other) { other.llm.mlp = 32; });
  refuses([](ModelConfig& other) { other.expert.width = 32; });
  refuses([](ModelConfig& other) { other.expert.mlp = 32; });
}

TEST_F(Fp8RangesTest, OtherFilesAreRefused) {
  const std::string head = R"({"format": "awd-fp8-scales-1", "llm": {"width": 16, "mlp": 16}, "samples": 1, )";
  EXPECT_THAT(refusal("[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("field format: expected awd-fp8-scales-1, got none"));
  EXPECT_THAT(refusal(head + R"("layers": [{"normed": 1, "hidden": 1}]})"),
              HasSubstr("field layers: expected 2 layers as in the policy, got 1"));
  EXPECT_THAT(refusal(head + R"("layers": [{"normed": 1, "hidden": 1}, {"normed": 1, "hidden": 0}]})"),
              HasSubstr("field layers[1].hidden: expected a positive number, got 0"));
  EXPECT_THAT(refusal(head + R"("layers": 2})"), HasSubstr("field layers: expected an array of objects, got 2"));
  EXPECT_THAT(refusal(head + R"("layers": [{"normed": 1, "hidden": 1}, 5]})"),
              HasSubstr("field layers[1]: expected an object, got 5"));
  EXPECT_THROW(read_fp8_ranges(folder_.file("absent.json"), config_), Error);
}

TEST_F(Fp8RangesTest, OtherExpertsAreRefused) {
  const std::string good = R"({"normed": 1, "hidden": 1})", two = good + ", " + good + ", ";
  EXPECT_EQ(refusal(with_expert_layers(two + good)), "accepted");
  EXPECT_EQ(refusal(with_expert("null")), "accepted");
  EXPECT_THAT(refusal(with_expert("[]")), HasSubstr("field expert: expected an object, got []"));
  EXPECT_THAT(refusal(with_expert("{}")), HasSubstr("field expert.width: expected a value, got none"));
  EXPECT_THAT(refusal(with_expert(R"({"width": 16, "mlp": 8})")),
              HasSubstr("field expert.mlp: expected 16 as in the policy, got 8"));
  EXPECT_THAT(refusal(with_expert(R"({"width": 16, "mlp": 16})")),
              HasSubstr("field expert.layers: expected a value, got none"));
  EXPECT_THAT(refusal(with_expert_layers(good)),
              HasSubstr("field expert.layers: expected 3 layers as in the policy, got 1"));
  EXPECT_THAT(refusal(with_expert_layers(two + R"({"normed": -1, "hidden": 1})")),
              HasSubstr("field expert.layers[2].normed: expected a positive number, got -1"));
  EXPECT_THAT(refusal(with_expert_layers(two + R"({"normed": 1})")),
              HasSubstr("field expert.layers[2].hidden: expected a positive number, got 0"));
  EXPECT_THAT(refusal(with_expert_layers(two + R"({"normed": "1", "hidden": 1})")),
              HasSubstr("field expert.layers[2].normed: expected a number, got \"1\""));
  EXPECT_THAT(refusal(with_expert_layers(two + "7")), HasSubstr("field expert.layers[2]: expected an object, got 7"));
  EXPECT_NE(refusal(with_expert_layers(two + R"({"normed": NaN, "hidden": 1})")), "accepted");
}

/// Device ref, noting the layers of MLPs that it packs.
class NotingDevice : public Device {
 public:
  DType compute_dtype() const override { return device_->compute_dtype(); }
  Buffer allocate(int rows, int cols, DType dtype) const override { return device_->allocate(rows, cols, dtype); }
  std::unique_ptr<const Linear> pack(const LinearData& data) const override {
    if (data.is_mlp) {
      EXPECT_EQ(data.is_gated, largest_inputs.size() % 2 == 0);
      largest_inputs.push_back(data.largest_input);
    } else {
      EXPECT_EQ(data.largest_input, 0.f);
    }
    return device_->pack(data);
  }
  std::unique_ptr<HeldKeys> make_held_keys(int layers, int capacity, int own, int kv_width) const override {
    return device_->make_held_keys(layers, capacity, own, kv_width);
  }
  std::unique_ptr<Ops> make_ops(int threads) const override { return device_->make_ops(threads); }

  mutable std::vector<float> largest_inputs;  // gated unit and down projection of every layer, in the order of loading

 private:
  std::unique_ptr<const Device> device_ = make_ref_device();
};

TEST_F(Fp8RangesTest, LayersOfBothTowersGetTheirs) {
  write_random_policy(folder_.path(), config_, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kF32, 1);
  const auto checkpoint = std::make_shared<const Checkpoint>(folder_.path());
  const NotingDevice known, old, unknown;
  (void)load_weights(checkpoint, config_, 2, known, ranges_);
  EXPECT_THAT(known.largest_inputs, testing::ElementsAre(12.5f, 0.3f, 7.f, 1e4f, 2.f, 3.f, 4.f, 5.f, 6.f, 7.f));
  ranges_.expert.clear();
  (void)load_weights(checkpoint, config_, 2, old, ranges_);
  EXPECT_THAT(old.largest_inputs, testing::ElementsAre(12.5f, 0.3f, 7.f, 1e4f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f));
  (void)load_weights(checkpoint, config_, 2, unknown, {});
  EXPECT_THAT(unknown.largest_inputs, testing::AllOf(testing::SizeIs(10), testing::Each(0.f)));
}

}  // namespace
}  // namespace awd
