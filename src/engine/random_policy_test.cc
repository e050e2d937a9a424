// Random weights are the same for everyone, and of the size that keeps activations sane.
#include "engine/random_policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "base/test_folder.h"

namespace awd {
namespace {

constexpr const char* kTokenizer = AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model";

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> values_of(const std::string& path, const std::string& name) {
  const SafetensorsFile file(path);
  const StoredTensor& tensor = *file.find(name);
  std::vector<float> values(std::size_t(tensor.elements()));
  tensor.read(0, values);
  return values;
}

double mean_of(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
}

double deviation_of(const std::vector<float>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const float value : values) sum += std::pow(value - mean, 2);
  return std::sqrt(sum / double(values.size()));
}

TEST(RandomPolicy, ASeedDecidesEveryByte) {
  const TestFolder folder;
  const ModelConfig config = tiny_geometry();
  write_random_policy(folder.file("a"), config, kTokenizer, StoredType::kBf16, 1);
  write_random_policy(folder.file("b"), config, kTokenizer, StoredType::kBf16, 1);
  write_random_policy(folder.file("c"), config, kTokenizer, StoredType::kBf16, 2);
  const std::string weights = bytes_of(folder.file("a/model.safetensors"));
  EXPECT_TRUE(weights == bytes_of(folder.file("b/model.safetensors")));
  EXPECT_FALSE(weights == bytes_of(folder.file("c/model.safetensors")));
}

TEST(RandomPolicy, MatricesKeepTheSizeOfTheirInput) {
  const TestFolder folder;
  write_random_policy(folder.path(), tiny_geometry(), kTokenizer, StoredType::kF32, 1);
  const std::string layer = "paligemma_with_expert.paligemma.model.language_model.layers.0.";
  const auto down = values_of(folder.file("model.safetensors"), layer + "mlp.down_proj.weight");  // [256, 512]
  EXPECT_NEAR(mean_of(down), 0, 1e-3);
  EXPECT_NEAR(deviation_of(down), 1 / std::sqrt(512.0), 1e-3);
  EXPECT_NEAR(mean_of(values_of(folder.file("model.safetensors"), layer + "input_layernorm.weight")), 0, 0.03)
      << "Gemma's norms store the scale less one";
  const std::string tower = "paligemma_with_expert.paligemma.model.vision_tower.vision_model.";
  EXPECT_NEAR(mean_of(values_of(folder.file("model.safetensors"), tower + "post_layernorm.weight")), 1, 0.03);
}

TEST(RandomPolicy, IsKnownByItsGeometry) {
  const TestFolder folder;
  ModelConfig config = tiny_geometry();
  EXPECT_FALSE(is_random_policy(folder.path(), config));
  write_random_policy(folder.path(), config, kTokenizer, StoredType::kBf16, 1);
  EXPECT_TRUE(is_random_policy(folder.path(), config));
  config.horizon += 1;
  EXPECT_FALSE(is_random_policy(folder.path(), config));
}

}  // namespace
}  // namespace awd
