// Files of a policy folder that are no readable files: a folder, a pipe, nothing at all, a link to itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"
#include "engine/checkpoint/policy_folder.h"
#include "engine/random_policy.h"

namespace awd {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// A small policy of which one file after another is replaced.
class OddFilesTest : public testing::TestWithParam<std::string> {
 protected:
  OddFilesTest() {
    ModelConfig config = tiny_geometry();
    config.vision = {.width = 16, .depth = 1, .heads = 2, .mlp = 16};
    config.llm = {.width = 16, .depth = 1, .mlp = 16, .heads = 2, .kv_heads = 1, .head_dim = 8, .vocab = 96};
    config.expert = {.width = 16, .mlp = 16};
    write_random_policy(folder_.path(), config, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kBf16,
                        1);
    EXPECT_EQ(error(), "no error");
    fs::remove(file_);
  }

  /// What loading says; one line by the contract of awd::Error.
  std::string error() const {
    try {
      require_policy(read_policy_folder(folder_.path(), EngineOptions{}));
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  TestFolder folder_;
  std::string file_ = folder_.file(GetParam());
};

TEST_P(OddFilesTest, FolderInPlaceOfTheFile) {
  fs::create_directory(file_);
  EXPECT_THAT(error(), HasSubstr(GetParam() + "] expected a readable"));
  EXPECT_THAT(error(), HasSubstr("got a folder"));
}

TEST_P(OddFilesTest, PipeIsNotWaitedFor) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(error(), HasSubstr(GetParam() + "] expected a readable"));
  EXPECT_THAT(error(), HasSubstr("got no regular file"));
}

TEST_P(OddFilesTest, EmptyFile) {
  std::ofstream(file_).close();
  EXPECT_THAT(error(), HasSubstr(GetParam() + "] expected"));
}

TEST_P(OddFilesTest, LinkToItself) {
  fs::create_symlink(file_, file_);
  EXPECT_THAT(error(), HasSubstr(GetParam() + "] expected"));
}

TEST_P(OddFilesTest, NoPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  std::ofstream(file_) << "{}";
  ::chmod(file_.c_str(), 0);
  EXPECT_THAT(error(), HasSubstr(GetParam() + "] expected a readable"));
}

INSTANTIATE_TEST_SUITE_P(Files, OddFilesTest,
                         testing::Values("config.json", "model.safetensors", "norm_stats.json", "tokenizer.model"),
                         [](const auto& test) { return test.param.substr(0, test.param.find('.')); });

TEST(OddFolder, NoFolder) {
  const TestFolder folder;
  for (const std::string& path : {folder.file("absent"), std::string(300, 'x'), std::string("a\0b", 3)}) {
    const PolicyFolder read = read_policy_folder(path, EngineOptions{});
    ASSERT_EQ(read.problems.size(), 1u);
    EXPECT_THAT(read.problems[0].what(), HasSubstr("expected"));
  }
}

}  // namespace
}  // namespace awd
