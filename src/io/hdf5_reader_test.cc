// What was written comes back, row by row and in other types; whatever is wrong with a file is said with file and key.
#include "io/hdf5_reader.h"

#include <gmock/gmock.h>
#include <hdf5.h>

#include <filesystem>
#include <fstream>

#include "awd/error.h"
#include "base/parallel.h"
#include "base/test_folder.h"
#include "io/hdf5_writer.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Hdf5ReaderTest : public testing::Test {
 protected:
  Hdf5ReaderTest() {
    Hdf5Writer writer(path_);
    {
      const Hdf5Group data = writer.create_group("data");
      data.set_attribute("count", std::uint64_t{0xfedcba9876543211});
      data.set_attribute("name", "two rows");
      data.write("rows", {3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6.5});
      data.write("bytes", {4, 2}, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 250}, 9);
      data.create_group("b");
      data.create_group("a").write("numbers", {2}, std::vector<std::int32_t>{-7, 300});
    }
    writer.commit();
  }

  /// Opens the file for what Hdf5Writer does not write.
  Hdf5Handle writable_data() const {
    const Hdf5Lock lock;
    const Hdf5Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    return {H5Gopen2(file.id(), "data", H5P_DEFAULT), H5Gclose};
  }

  TestFolder folder_;
  std::string path_ = folder_.file("x.hdf5");
};

TEST_F(Hdf5ReaderTest, ListsGroupsAndShapes) {
  const Hdf5Reader file(path_);
  EXPECT_THAT(file.members("data"), ElementsAre("a", "b", "bytes", "rows"));
  EXPECT_THAT(file.members("/"), ElementsAre("data"));
  EXPECT_TRUE(file.has("data/a/numbers"));
  EXPECT_FALSE(file.has("data/none/numbers"));
  const Hdf5Dataset rows = file.dataset("data/rows");
  EXPECT_THAT(rows.shape(), ElementsAre(3, 2));
  EXPECT_EQ(rows.kind(), Hdf5Dataset::Kind::kFloat);
  EXPECT_EQ(rows.description(), "[3, 2] of 32-bit floats");
  EXPECT_EQ(rows.row_values(), 2u);
  EXPECT_EQ(file.dataset("data/bytes").description(), "[4, 2] of 8-bit unsigned integers");
}

TEST_F(Hdf5ReaderTest, ReadsRowsInAnyType) {
  const Hdf5Reader file(path_);
  std::vector<double> doubles(4);
  file.dataset("data/rows").read(1, 2, doubles);
  EXPECT_THAT(doubles, ElementsAre(3, 4, 5, 6.5));
  std::vector<float> floats(4);
  file.dataset("data/bytes").read(2, 2, floats);
  EXPECT_THAT(floats, ElementsAre(5, 6, 7, 250));
  std::vector<std::uint8_t> bytes(2);
  file.dataset("data/a/numbers").read(0, 2, bytes);
  EXPECT_THAT(bytes, ElementsAre(0, 255));  // clipped
  std::vector<std::int32_t> integers(2);
  file.dataset("data/a/numbers").read(0, 2, integers);
  EXPECT_THAT(integers, ElementsAre(-7, 300));
}

TEST_F(Hdf5ReaderTest, DatasetKeepsItsFileOpen) {
  const Hdf5Dataset rows = Hdf5Reader(path_).dataset("data/rows");
  std::vector<float> values(2);
  rows.read(2, 1, values);
  EXPECT_THAT(values, ElementsAre(5, 6.5));
}

TEST_F(Hdf5ReaderTest, ReadsAttributes) {
  const Hdf5Reader file(path_);
  EXPECT_EQ(file.text_attribute("data", "name"), "two rows");
  EXPECT_EQ(file.integer_attribute("data", "count"), 0xfedcba9876543211);
  EXPECT_EQ(file.text_attribute("data", "none"), std::nullopt);
  EXPECT_EQ(file.number_attribute("data/rows", "none"), std::nullopt);
  EXPECT_THAT([&] { (void)file.text_attribute("data", "count"); },
              ThrowsMessage<Error>(AllOf(HasSubstr("data@count"), HasSubstr("expected one text, got 64-bit"))));
  EXPECT_THAT([&] { (void)file.number_attribute("data", "name"); },
              ThrowsMessage<Error>(HasSubstr("\"data@name\": expected one number, got text")));
}

TEST_F(Hdf5ReaderTest, ReadsTextOfVariableLengthAsH5pyWritesIt) {
  {
    const Hdf5Handle data = writable_data();
    const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose), space(H5Screate(H5S_SCALAR), H5Sclose);
    H5Tset_size(type.id(), H5T_VARIABLE);
    H5Tset_cset(type.id(), H5T_CSET_UTF8);
    const Hdf5Handle attribute(H5Acreate2(data.id(), "text", type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT),
                               H5Aclose);
    const char* text = "pick the gr\xC3\xBCn block";
    ASSERT_GE(H5Awrite(attribute.id(), type.id(), &text), 0);
  }
  EXPECT_EQ(Hdf5Reader(path_).text_attribute("data", "text"), "pick the gr\xC3\xBCn block");
}

TEST_F(Hdf5ReaderTest, KnowsHowManyRowsAreStoredTogether) {
  {
    const Hdf5Handle data = writable_data();
    const hsize_t extent[2] = {10, 2}, chunk[2] = {4, 1};
    const Hdf5Handle space(H5Screate_simple(2, extent, nullptr), H5Sclose);
    const Hdf5Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(layout.id(), 2, chunk);
    const Hdf5Handle dataset(
        H5Dcreate2(data.id(), "chunked", H5T_NATIVE_FLOAT, space.id(), H5P_DEFAULT, layout.id(), H5P_DEFAULT),
        H5Dclose);
  }
  const Hdf5Reader file(path_);
  EXPECT_EQ(file.dataset("data/chunked").chunk_rows(), 4u);
  EXPECT_EQ(file.dataset("data/bytes").chunk_rows(), 1u);
  EXPECT_EQ(file.dataset("data/rows").chunk_rows(), 1u);
}

TEST_F(Hdf5ReaderTest, SeveralThreadsReadAndWriteAtOnce) {
  const Hdf5Reader file(path_);
  parallel_jobs(64, 4, [&](int job, int worker) {
    if (job % 8 == 0) {
      Hdf5Writer writer(folder_.file("w" + std::to_string(worker)));
      writer.create_group("data").write("one", {1}, std::vector<float>{1});
      return;  // without commit(): nothing stays
    }
    const Hdf5Dataset rows = file.dataset("data/rows");
    std::vector<float> values(2);
    rows.read(std::size_t(job % 3), 1, values);
    EXPECT_EQ(values[0], float(1 + 2 * (job % 3)));
  });
}

TEST_F(Hdf5ReaderTest, MissingKeysAreNamed) {
  const Hdf5Reader file(path_);
  EXPECT_THAT(
      [&] { file.dataset("data/a/none"); },
      ThrowsMessage<Error>(AllOf(HasSubstr(path_), HasSubstr("key \"data/a/none\": expected a dataset, got none"),
                                 HasSubstr("(beside it: numbers)"))));
  EXPECT_THAT([&] { file.dataset("no/such/group"); }, ThrowsMessage<Error>(HasSubstr("\"no/such/group\"")));
  EXPECT_THAT([&] { file.dataset("data/a"); }, ThrowsMessage<Error>(HasSubstr("\"data/a\": expected a dataset")));
  EXPECT_THAT([&] { (void)file.members("data/rows"); }, ThrowsMessage<Error>(HasSubstr("expected a group")));
}

TEST_F(Hdf5ReaderTest, WhatIsNoCompleteFileIsNamedAndNothingIsPrinted) {
  testing::internal::CaptureStderr();
  EXPECT_THAT([&] { Hdf5Reader(folder_.file("none.hdf5")); }, ThrowsMessage<Error>(HasSubstr("none.hdf5")));
  EXPECT_THAT([&] { Hdf5Reader(folder_.path()); }, ThrowsMessage<Error>(HasSubstr("got no regular file")));
  fs::resize_file(path_, fs::file_size(path_) - 8);
  EXPECT_THAT([&] { Hdf5Reader{path_}; },
              ThrowsMessage<Error>(AllOf(HasSubstr(path_), HasSubstr("complete HDF5 file"), HasSubstr("truncated"))));
  std::ofstream(path_) << "no HDF5 at all";
  EXPECT_THAT([&] { Hdf5Reader{path_}; }, ThrowsMessage<Error>(HasSubstr(path_)));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(Hdf5ReaderTest, DamagedDataIsNamedWithItsRows) {
  Hdf5Writer writer(path_);
  writer.create_group("data").write("bytes", {1, 4096}, std::vector<std::uint8_t>(4096, 7), 9);
  writer.commit();
  std::string bytes;
  {
    std::ifstream stream(path_, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  const std::size_t packed = bytes.find("\x78\xDA");  // how a gzip chunk of level 9 begins
  ASSERT_NE(packed, std::string::npos);
  bytes.replace(packed, 2, "\xFF\xFF");
  std::ofstream(path_, std::ios::binary) << bytes;
  const Hdf5Dataset dataset = Hdf5Reader(path_).dataset("data/bytes");
  std::vector<std::uint8_t> values(4096);
  EXPECT_THAT(
      [&] { dataset.read(0, 1, values); },
      ThrowsMessage<Error>(AllOf(HasSubstr("\"data/bytes\": expected readable rows 0 to 0"), HasSubstr("inflate"))));
}

}  // namespace
}  // namespace awd
