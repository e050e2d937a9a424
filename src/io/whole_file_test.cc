// Content to the byte, and every kind of path that is no small readable file.
#include "io/whole_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& path, std::size_t max_bytes = 100) {
  try {
    (void)read_whole_file(path, "note", max_bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(WholeFile, BytesAreReadAsTheyAre) {
  const TestFolder folder;
  const std::string path = folder.file("note");
  for (const std::string& content : {std::string(), std::string("a\0\r\n\xff", 5), std::string(300'000, 'x')}) {
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(read_whole_file(path, "note"), content);
  }
  std::filesystem::create_symlink(path, folder.file("link"));
  EXPECT_EQ(read_whole_file(folder.file("link"), "note").size(), 300'000u);
}

TEST(WholeFile, OtherPathsAreRefusedAtOnce) {
  const TestFolder folder;
  EXPECT_THAT(error_of(folder.file("absent")), HasSubstr("absent] expected a readable note, got no such file"));
  EXPECT_THAT(error_of(folder.path()), HasSubstr("expected a readable note, got a folder"));
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of(folder.file("pipe")), HasSubstr("got no regular file"));
  EXPECT_THAT(error_of("/dev/zero"), HasSubstr("got no regular file"));
  std::filesystem::create_symlink(folder.file("loop"), folder.file("loop"));
  EXPECT_THAT(error_of(folder.file("loop")), HasSubstr("expected a readable note, got"));
  std::ofstream(folder.file("large")) << std::string(101, 'x');
  EXPECT_THAT(error_of(folder.file("large")), HasSubstr("got 101 bytes, more than 100"));
}

TEST(WholeFile, PermissionIsAskedFor) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TestFolder folder;
  std::ofstream(folder.file("secret")) << "x";
  ::chmod(folder.file("secret").c_str(), 0);
  EXPECT_THAT(error_of(folder.file("secret")), HasSubstr("expected a readable note, got Permission denied"));
}

}  // namespace
}  // namespace awd
