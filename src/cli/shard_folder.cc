// Creates, checks, locks and removes RUN/shards.
#include "cli/shard_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "awd/error.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The first place in which two plans differ, as "options.trials: expected 50, got 20"; "" for none.
std::string first_difference(const Json& expected, const Json& got, const std::string& path) {
  if (expected == got) return "";
  if (expected.is_object() && got.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      const Json other = got.contains(key) ? got[key] : Json();
      std::string difference = first_difference(value, other, path.empty() ? key : fmt::format("{}.{}", path, key));
      if (!difference.empty()) return difference;
    }
  }
  return fmt::format("{}: expected {}, got {}", path, expected.dump(), got.dump());
}

void expect_same_plan(const fs::path& file, const std::string& plan) {
  const Json before = Json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
  const std::string difference = first_difference(before, Json::parse(plan), "");
  if (!difference.empty()) {
    throw Error("--resume", fmt::format("the unfinished run has other options: {}", difference));
  }
}

}  // namespace

fs::path new_shard(const fs::path& folder) {
  for (int number = 0;; ++number) {
    fs::path shard = folder / fmt::format("{:03}", number);
    if (fs::create_directory(shard)) return shard;
  }
}

std::vector<fs::path> list_shards(const fs::path& folder) {
  std::vector<fs::path> shards;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) shards.push_back(entry.path());
  }
  std::ranges::sort(shards);
  return shards;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool FolderLock::take(const fs::path& folder) {
  descriptor_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return descriptor_ >= 0 && flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

ShardFolder::ShardFolder(const fs::path& run, const std::string& plan, bool resume)
    : run_(run), path_(run / kShardsFolder) {
  std::error_code code;
  const bool is_taken = fs::exists(run_, code) && !(fs::is_directory(run_, code) && fs::is_empty(run_, code));
  if (!is_taken) {
    begin(plan);
  } else if (!fs::exists(path_ / kPlanFile)) {
    throw Error(run.string(), resume ? "expected an unfinished run or an empty folder, got one with other content"
                                     : "expected a new or empty folder, got one with content (choose another, or "
                                       "remove it)");
  } else if (!resume) {
    throw Error(run.string(), "expected a new or empty folder, got an unfinished run (continue it with --resume)");
  } else {
    is_worth_keeping_ = true;
    lock();
    expect_same_plan(path_ / kPlanFile, plan);
  }
}

void ShardFolder::begin(const std::string& plan) {
  std::error_code code;
  is_new_run_ = fs::create_directories(run_, code);
  if (!code) fs::create_directory(path_, code);
  if (code) throw Error(run_.string(), fmt::format("expected a place to write, got \"{}\"", code.message()));
  lock();
  write_file_atomically(path_ / kPlanFile, plan);
}

void ShardFolder::lock() {
  if (!lock_.take(path_)) {
    throw Error(run_.string(), "expected a run that nobody works on, got one that another process is making");
  }
}

ShardFolder::~ShardFolder() {
  std::error_code ignored;
  if (!is_worth_keeping_) {
    fs::remove_all(path_, ignored);
    fs::remove(run_ / "videos", ignored);
    if (is_new_run_) fs::remove(run_, ignored);  // only if empty
  }
}

void ShardFolder::remove() {
  std::error_code code;
  fs::remove_all(path_, code);
  if (code) throw Error(path_.string(), fmt::format("expected to remove this, got \"{}\"", code.message()));
  is_worth_keeping_ = true;
}

}  // namespace awd::cli
