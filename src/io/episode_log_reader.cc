// Streaming reader of a whole run: one episode in memory, and episodes and steps must match to the last line.
#include <fmt/format.h>

#include <vector>

#include "awd/error.h"
#include "io/episode_log.h"
#include "io/episode_log_parse.h"

namespace awd {
namespace {

/// Reads one log file record by record.
template <class Record>
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file) : file_(file.string()), stream_(file, std::ios::binary) {
    if (!stream_) throw Error(file_, "expected a log file, got none (is this a run directory?)");
  }

  /// False at the end of the file.
  [[nodiscard]] bool next(Record& record) {
    std::string line;
    if (!std::getline(stream_, line)) return false;
    where_ = fmt::format("{}:{}", file_, ++line_number_);
    record = internal::parse_log_line<Record>(line, where_);
    return true;
  }
  /// "file:line" of the last record.
  const std::string& where() const { return where_; }

 private:
  std::string file_;
  std::ifstream stream_;
  std::string where_;
  int line_number_ = 0;
};

void expect_index(const std::string& where, const char* key, int expected, int got) {
  if (got != expected) throw Error(where, fmt::format("key \"{}\": expected {}, got {}", key, expected, got));
}

}  // namespace

void read_episode_log(const std::filesystem::path& folder,
                      const std::function<void(const EpisodeLog&, std::span<const StepLog>)>& visit) {
  LineReader<EpisodeLog> episodes(folder / kEpisodesFile);
  LineReader<StepLog> step_lines(folder / kStepsFile);
  EpisodeLog episode;
  StepLog step;
  std::vector<StepLog> steps;
  for (int index = 0; episodes.next(episode); ++index) {
    expect_index(episodes.where(), "episode", index, episode.episode);
    steps.clear();
    for (int i = 0; i < episode.steps; ++i) {
      if (!step_lines.next(step)) {
        throw Error(
            (folder / kStepsFile).string(),
            fmt::format("expected {} steps of episode {}, got the end of the file after {}", episode.steps, index, i));
      }
      expect_index(step_lines.where(), "episode", index, step.episode);
      expect_index(step_lines.where(), "step", i, step.step);
      steps.push_back(step);
    }
    visit(episode, steps);
  }
  if (step_lines.next(step)) throw Error(step_lines.where(), "expected the end of the file, got another step");
}

}  // namespace awd
