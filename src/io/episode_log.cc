// Writer of the run directory's logs, and the one list of fields per record that writer and reader share.
#include "io/episode_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "awd/error.h"
#include "base/check.h"
#include "io/episode_log_fields.h"

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

/// Times are kept to 0.1 us: finer digits are noise and would triple the file.
double round_ms(double ms) { return std::round(ms * 1e4) / 1e4; }

/// Turns one record into a JSON object; scores that were not computed are left out.
class FieldWriter {
 public:
  template <class T>
  void required(const char* key, const T& value) {
    if constexpr (std::is_enum_v<T>) {
      object_[key] = std::string(word_of(value));
    } else {
      object_[key] = value;
    }
  }
  void time_ms(const char* key, double value) { object_[key] = round_ms(value); }
  void score(const char* key, double value) {
    if (!std::isnan(value)) object_[key] = value;
  }
  void scores(const char* key, const std::array<double, kMaxCameras>& values) {
    std::size_t count = values.size();
    while (count > 0 && std::isnan(values[count - 1])) --count;
    for (std::size_t i = 0; i < count; ++i) {
      object_[key].push_back(std::isnan(values[i]) ? Json(nullptr) : Json(values[i]));
    }
  }
  std::string line() const { return object_.dump() + "\n"; }

 private:
  Json object_;
};

template <class Record>
std::string to_line(const Record& record) {
  FieldWriter writer;
  visit_log_fields(record, writer);
  return writer.line();
}

std::ofstream create_file(const std::filesystem::path& file) {
  std::ofstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string(), "expected to create this file, got a refusal (folder missing or read-only?)");
  return stream;
}

}  // namespace

EpisodeLogWriter::EpisodeLogWriter(const std::filesystem::path& folder)
    : folder_(folder), episodes_(create_file(folder / kEpisodesFile)), steps_(create_file(folder / kStepsFile)) {}

void EpisodeLogWriter::add(const EpisodeLog& episode, std::span<const StepLog> steps) {
  AWD_CHECK(episode.steps == int(steps.size()), "{} steps, {} logged", episode.steps, steps.size());
  episodes_ << to_line(episode);
  for (const StepLog& step : steps) {
    AWD_CHECK(step.episode == episode.episode, "step of episode {} in episode {}", step.episode, episode.episode);
    steps_ << to_line(step);
  }
}

void EpisodeLogWriter::close() {
  episodes_.close();
  steps_.close();
  if (!episodes_ || !steps_) {
    throw Error(folder_.string(), "expected to write the logs, got a write error (disk full?)");
  }
}

}  // namespace awd
