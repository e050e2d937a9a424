// Random access to the logs of a run directory or shard, and the repair of logs that a crash cut short. Both count
// lines only: steps.jsonl holds the steps of the first episode, then those of the second, and so on.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "awd/error.h"
#include "io/episode_log.h"
#include "io/episode_log_parse.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

/// Offsets behind every complete line of a file, in bytes; empty for a missing file.
std::vector<std::int64_t> line_ends(const fs::path& file) {
  std::vector<std::int64_t> ends;
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> block(1 << 16);
  std::int64_t position = 0;
  while (stream) {
    stream.read(block.data(), std::streamsize(block.size()));
    const auto end = block.begin() + stream.gcount();
    for (auto it = std::find(block.begin(), end, '\n'); it != end; it = std::find(it + 1, end, '\n')) {
      ends.push_back(position + (it - block.begin()) + 1);
    }
    position += stream.gcount();
  }
  return ends;
}

void shorten(const fs::path& file, std::int64_t bytes) {
  std::error_code code;
  const bool is_there = fs::exists(file, code);
  if (is_there && std::int64_t(fs::file_size(file, code)) > bytes) fs::resize_file(file, std::uintmax_t(bytes), code);
  if (code) throw Error(file.string(), fmt::format("expected to repair this log, got \"{}\"", code.message()));
}

std::int64_t end_of(const std::vector<std::int64_t>& ends, std::size_t lines) {
  return lines == 0 ? 0 : ends[lines - 1];
}

}  // namespace

EpisodeLogIndex::EpisodeLogIndex(const fs::path& folder) : folder_(folder) {
  const fs::path file = folder / kEpisodesFile;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string(), "expected a log file, got none (is this a run directory?)");
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    const std::string where = fmt::format("{}:{}", file.string(), number);
    episodes_.push_back(internal::parse_log_line<EpisodeLog>(line, where));
    const auto count = episodes_.size();
    if (count > 1 && episodes_[count - 1].episode <= episodes_[count - 2].episode) {
      throw Error(where, fmt::format("key \"episode\": expected more than {}, got {}", episodes_[count - 2].episode,
                                     episodes_[count - 1].episode));
    }
  }
  if (fs::exists(folder / kStepsFile)) index_steps();
}

void EpisodeLogIndex::index_steps() {
  const fs::path file = folder_ / kStepsFile;
  const std::vector<std::int64_t> ends = line_ends(file);
  std::size_t lines = 0;
  for (const EpisodeLog& episode : episodes_) {
    if (lines > ends.size()) break;
    offsets_.push_back(end_of(ends, lines));
    lines += std::size_t(episode.steps);
  }
  if (lines != ends.size()) {
    throw Error(file.string(),
                fmt::format("expected the steps of {} episodes, got {} lines", episodes_.size(), ends.size()));
  }
  steps_.open(file, std::ios::binary);
}

std::vector<StepLog> EpisodeLogIndex::read_steps(std::size_t i) {
  std::vector<StepLog> steps;
  if (!has_steps()) return steps;
  steps_.clear();
  steps_.seekg(offsets_[i]);
  std::string line;
  while (int(steps.size()) < episodes_[i].steps && std::getline(steps_, line)) {
    const std::string where = fmt::format("{}, episode {}", (folder_ / kStepsFile).string(), episodes_[i].episode);
    steps.push_back(internal::parse_log_line<StepLog>(line, where));
    if (steps.back().episode != episodes_[i].episode || steps.back().step + 1 != int(steps.size())) {
      throw Error(where, fmt::format("expected step {}, got step {} of episode {}", steps.size() - 1, steps.back().step,
                                     steps.back().episode));
    }
  }
  return steps;
}

void repair_episode_log(const fs::path& folder) {
  const fs::path episodes = folder / kEpisodesFile, steps = folder / kStepsFile;
  const std::vector<std::int64_t> episode_ends = line_ends(episodes), step_ends = line_ends(steps);
  const bool has_steps = fs::exists(steps);
  std::ifstream stream(episodes, std::ios::binary);
  std::string line;
  std::size_t kept = 0, kept_steps = 0;
  while (kept < episode_ends.size() && std::getline(stream, line)) {
    const std::string where = fmt::format("{}:{}", episodes.string(), kept + 1);
    const std::size_t end = kept_steps + std::size_t(internal::parse_log_line<EpisodeLog>(line, where).steps);
    if (has_steps && end > step_ends.size()) break;
    kept_steps = end;
    ++kept;
  }
  shorten(episodes, end_of(episode_ends, kept));
  if (has_steps) shorten(steps, end_of(step_ends, kept_steps));
}

}  // namespace awd
