// Round trips, and headers that lie in every field.
#include "io/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "awd/error.h"
#include "base/half.h"
#include "base/test_folder.h"

namespace awd {
namespace {

using testing::HasSubstr;

class SafetensorsTest : public testing::Test {
 protected:
  /// A file with this header text and `data_bytes` zero bytes behind it.
  void write(const std::string& header, std::size_t data_bytes, std::int64_t header_length = -1) {
    const std::uint64_t length = header_length < 0 ? header.size() : std::uint64_t(header_length);
    std::ofstream file(path_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&length), 8);
    file << header << std::string(data_bytes, '\0');
  }

  std::string error() const {
    try {
      const SafetensorsFile file(path_);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  TestFolder folder_;
  std::string path_ = folder_.file("weights.safetensors");
};

TEST_F(SafetensorsTest, WrittenValuesAreReadBack) {
  const std::vector<TensorToWrite> tensors = {{"a", {2, 3}, {1, 2, 3, 4, 5, -6.5f}, StoredType::kF32},
                                              {"b", {4}, {1, -2, 0.5f, 3.0f}, StoredType::kBf16}};
  write_safetensors(path_, tensors);
  const SafetensorsFile file(path_);
  const StoredTensor& a = *file.find("a");
  EXPECT_EQ(a.shape_text(), "[2, 3]");
  std::vector<float> values(2);
  a.read(4, values);
  EXPECT_EQ(values, (std::vector<float>{5, -6.5f}));
  values.resize(4);
  file.find("b")->read(0, values);
  EXPECT_EQ(values, tensors[1].values);
  EXPECT_EQ(file.find("c"), nullptr);
}

TEST_F(SafetensorsTest, HalvesAreConverted) {
  EXPECT_EQ(float_from_half(0x3c00), 1.f);
  EXPECT_EQ(float_from_half(0xc100), -2.5f);
  EXPECT_EQ(float_from_half(0x0001), 0x1p-24f);
  EXPECT_EQ(float_from_half(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(float(Bf16(1.00390625f)), 1.f) << "a tie goes to even";
  EXPECT_EQ(float(Bf16(1.01171875f)), 1.015625f);
  EXPECT_TRUE(float(Bf16(NAN)) != float(Bf16(NAN)));
}

TEST_F(SafetensorsTest, MissingAndShortFiles) {
  EXPECT_THAT(error(), HasSubstr("weights.safetensors] expected a readable file"));
  std::ofstream(path_) << "abc";
  EXPECT_THAT(error(), HasSubstr("at least 8 bytes"));
}

TEST_F(SafetensorsTest, HeaderLengthIsNotTrusted) {
  write("{}", 0, 1'000'000);
  EXPECT_THAT(error(), HasSubstr("header length of 1000000"));
  write("{}", 0, std::numeric_limits<std::int64_t>::max());
  EXPECT_THAT(error(), HasSubstr("header length"));
}

TEST_F(SafetensorsTest, GarbledHeader) {
  write("{\"a\": ", 8);
  EXPECT_THAT(error(), HasSubstr("garbled"));
  write("[1]", 8);
  EXPECT_THAT(error(), HasSubstr("garbled"));
}

struct BadTensor {
  const char* entry;
  const char* message;
};

TEST_F(SafetensorsTest, LyingTensorsAreNamed) {
  const BadTensor cases[] = {
      {R"({"dtype":"F32","shape":[4],"data_offsets":[8,24]})", "is it truncated?"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":[12,4]})", "got [12, 4)"},
      {R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})", "expected 12 bytes for F32 [3], got 8"},
      {R"({"dtype":"F32","shape":[1073741824,1073741824,1073741824],"data_offsets":[0,8]})", "bytes for F32"},
      {R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", "sides below"},
      {R"({"dtype":"F32","shape":[2.5],"data_offsets":[0,8]})", "sides below"},
      {R"({"dtype":"F99","shape":[2],"data_offsets":[0,8]})", "known dtype, got F99"},
      {R"({"dtype":"F32","shape":[2]})", "data_offsets"},
      {R"({"dtype":"F32","shape":[2],"data_offsets":["0","8"]})", "data_offsets"},
      {R"({"shape":[2],"data_offsets":[0,8]})", "dtype"},
      {R"(7)", "an object"},
  };
  for (const BadTensor& bad : cases) {
    write(std::string("{\"weight\":") + bad.entry + "}", 16);
    EXPECT_THAT(error(), HasSubstr("tensor weight: expected")) << bad.entry;
    EXPECT_THAT(error(), HasSubstr(bad.message)) << bad.entry;
  }
}

TEST_F(SafetensorsTest, OverlapIsRefused) {
  write(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      12);
  EXPECT_THAT(error(), HasSubstr("overlap with a"));
}

TEST_F(SafetensorsTest, ReleasedTensorsAreReadAgainFromTheFile) {
  const std::vector<float> values(5000, 1.5f);
  write_safetensors(path_, std::vector<TensorToWrite>{{"a", {5000}, values, StoredType::kF32},
                                                      {"b", {3}, {1, 2, 3}, StoredType::kBf16}});
  const SafetensorsFile file(path_);
  std::vector<float> read(5000);
  for (int round = 0; round < 2; ++round) {
    file.prefetch(*file.find("a"));
    file.find("a")->read(0, read);
    EXPECT_EQ(read, values);
    file.release(*file.find("a"));
  }
  std::vector<float> neighbour(3);
  file.find("b")->read(0, neighbour);
  EXPECT_EQ(neighbour, (std::vector<float>{1, 2, 3}));
}

TEST_F(SafetensorsTest, UnwritablePath) { EXPECT_THROW(write_safetensors("/no/such/folder/x.safetensors", {}), Error); }

}  // namespace
}  // namespace awd
