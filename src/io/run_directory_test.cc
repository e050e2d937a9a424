// Complete or absent: commit, throw, taken names.
#include "io/run_directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

class RunDirectoryTest : public ::testing::Test {
 protected:
  std::size_t entries() const { return std::size_t(std::distance(fs::directory_iterator(parent_), {})); }

  TestFolder folder_;
  fs::path parent_ = folder_.path();
};

TEST_F(RunDirectoryTest, AppearsOnCommitOnly) {
  RunDirectory run(parent_ / "out/");
  std::ofstream(run.path() / "file") << "x";
  EXPECT_FALSE(fs::exists(parent_ / "out"));
  run.commit();
  EXPECT_TRUE(fs::exists(parent_ / "out" / "file"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(RunDirectoryTest, ThrowLeavesNothing) {
  try {
    const RunDirectory run(parent_ / "out");
    std::ofstream(run.path() / "file") << "x";
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(entries(), 0u);
}

TEST_F(RunDirectoryTest, EmptyTargetIsReplacedAndFullOneRefused) {
  fs::create_directories(parent_ / "empty");
  RunDirectory run(parent_ / "empty");
  std::ofstream(run.path() / "file") << "x";
  run.commit();
  EXPECT_TRUE(fs::exists(parent_ / "empty" / "file"));
  EXPECT_THROW(RunDirectory(parent_ / "empty"), Error);
  std::ofstream(parent_ / "plain") << "x";
  EXPECT_THROW(RunDirectory(parent_ / "plain"), Error);
  EXPECT_THROW(RunDirectory("/proc/nowhere/out"), Error);
}

TEST_F(RunDirectoryTest, TargetTakenMeanwhileIsAnErrorAndLeavesIt) {
  {
    RunDirectory run(parent_ / "out");
    fs::create_directories(parent_ / "out" / "theirs");
    EXPECT_THROW(run.commit(), Error);
  }
  EXPECT_TRUE(fs::exists(parent_ / "out" / "theirs"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(RunDirectoryTest, FileIsWrittenWholeOrNotAtAll) {
  write_file_atomically(parent_ / "a.json", "{}");
  write_file_atomically(parent_ / "a.json", "{\"b\":1}");
  std::ifstream stream(parent_ / "a.json");
  std::string text;
  std::getline(stream, text);
  EXPECT_EQ(text, "{\"b\":1}");
  EXPECT_THROW(write_file_atomically(parent_ / "absent" / "a.json", "{}"), Error);
  EXPECT_EQ(entries(), 1u);
}

}  // namespace
}  // namespace awd
