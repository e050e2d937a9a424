// Files written in pieces and out of order, and files that never come to be.
#include "io/safetensors_writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

std::span<const std::byte> bytes_of_values(std::span<const float> values) { return std::as_bytes(values); }

std::size_t files_in(const std::string& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return std::size_t(std::distance(begin(entries), end(entries)));
}

const std::vector<TensorHeader> kTwoTensors = {{"b", StoredType::kF32, {2, 2}}, {"a", StoredType::kF32, {3}}};

TEST(SafetensorsWriter, PiecesInAnyOrder) {
  const TestFolder folder;
  const std::vector<float> b = {1, 2, 3, 4}, a = {5, 6, 7};
  SafetensorsWriter writer(folder.file("x.safetensors"), kTwoTensors);
  writer.write(1, 0, bytes_of_values(a));
  writer.write(0, 8, bytes_of_values(std::span(b).subspan(2)));
  writer.write(0, 0, bytes_of_values(std::span(b).first(2)));
  EXPECT_FALSE(std::filesystem::exists(folder.file("x.safetensors")));
  writer.commit();

  const SafetensorsFile file(folder.file("x.safetensors"));
  std::vector<float> values(4);
  file.find("b")->read(0, values);
  EXPECT_EQ(values, b);
  values.resize(3);
  file.find("a")->read(0, values);
  EXPECT_EQ(values, a);
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(SafetensorsWriter, LeavesNothingBehindUnlessCommitted) {
  const TestFolder folder;
  {
    SafetensorsWriter writer(folder.file("x.safetensors"), kTwoTensors);
    writer.write(1, 0, bytes_of_values(std::vector<float>{5, 6, 7}));
    EXPECT_EQ(files_in(folder.path()), 1u);
  }
  EXPECT_EQ(files_in(folder.path()), 0u);
}

TEST(SafetensorsWriter, ReplacesAnOlderFileOnlyWhenComplete) {
  const TestFolder folder;
  std::ofstream(folder.file("x.safetensors")) << "older";
  { const SafetensorsWriter writer(folder.file("x.safetensors"), kTwoTensors); }
  EXPECT_EQ(std::filesystem::file_size(folder.file("x.safetensors")), 5u);
}

TEST(SafetensorsWriter, UnwritablePlace) {
  EXPECT_THROW(SafetensorsWriter("/no/such/folder/x.safetensors", kTwoTensors), Error);
}

TEST(SafetensorsWriterDeathTest, MissingBytesAreABug) {
  const TestFolder folder;
  EXPECT_DEATH(
      {
        SafetensorsWriter writer(folder.file("x.safetensors"), kTwoTensors);
        writer.commit();
      },
      "0 of 28 bytes written");
}

}  // namespace
}  // namespace awd
