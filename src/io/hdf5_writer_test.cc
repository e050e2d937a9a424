// A small file appears complete on commit() and not at all without it; an unwritable place is named.
#include "io/hdf5_writer.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

TEST(Hdf5Writer, FileAppearsOnlyOnCommit) {
  const TestFolder folder;
  const std::string path = folder.file("rows.hdf5");
  {
    Hdf5Writer writer(path);
    {
      const Hdf5Group group = writer.create_group("data");
      group.set_attribute("count", std::uint64_t{2});
      group.set_attribute("name", "two rows");
      group.write("rows", {2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
      group.write("bytes", {2, 2}, std::vector<std::uint8_t>{1, 2, 3, 4}, 9);
    }
    EXPECT_FALSE(fs::exists(path));
    writer.commit();
  }
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(bytes, StartsWith("\x89HDF\r\n"));
  EXPECT_FALSE(fs::exists(path + ".partial"));
}

TEST(Hdf5Writer, WithoutCommitNothingStays) {
  const TestFolder folder;
  { const Hdf5Group group = Hdf5Writer(folder.file("rows.hdf5")).create_group("data"); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Hdf5Writer, UnwritablePlaceIsNamed) {
  EXPECT_THAT([] { Hdf5Writer("/no/such/folder/x.hdf5"); }, ThrowsMessage<Error>(HasSubstr("/no/such/folder/x.hdf5")));
}

}  // namespace
}  // namespace awd
