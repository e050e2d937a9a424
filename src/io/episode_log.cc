// Writer of the run directory's logs, and the one list of fields per record that writer and reader share.
#include "io/episode_log.h"

#include <fmt/format.h>

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

/// The double with the shortest text that reads back as `value`: 0.1 for 0.1f, not 0.10000000149011612.
double shortest(float value) {
  const double decimal = std::stod(fmt::format("{}", value));
  return float(decimal) == value ? decimal : double(value);
}

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
  void note(const char* key, const std::string& text) {
    if (!text.empty()) object_[key] = text;
  }
  void numbers(const char* key, const std::vector<float>& values) {
    for (const float value : values) object_[key].push_back(shortest(value));
  }
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
  void counts(const char* key, const std::array<int, kReasonCount>& counts) {
    object_[key] = Json::object();
    for (int i = 0; i < kReasonCount; ++i) {
      if (counts[i] > 0) object_[key][std::string(word_of(static_cast<Reason>(i)))] = counts[i];
    }
  }
  void events(const char* key, const std::vector<EventLog>& events) {
    object_[key] = Json::array();
    for (const EventLog& event : events) {
      object_[key].push_back(
          {{"event", event.event}, {"step", event.step}, {"delay", event.delay ? Json(*event.delay) : Json(nullptr)}});
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

EpisodeLogWriter::EpisodeLogWriter(const std::filesystem::path& folder, StepsFile steps)
    : folder_(folder), writes_steps_(steps == StepsFile::kWritten), episodes_(create_file(folder / kEpisodesFile)) {
  if (writes_steps_) steps_ = create_file(folder / kStepsFile);
}

void EpisodeLogWriter::add(const EpisodeLog& episode, std::span<const StepLog> steps) {
  episodes_ << to_line(episode);
  if (!writes_steps_) return;
  AWD_CHECK(episode.steps == int(steps.size()), "{} steps, {} logged", episode.steps, steps.size());
  for (const StepLog& step : steps) {
    AWD_CHECK(step.episode == episode.episode, "step of episode {} in episode {}", step.episode, episode.episode);
    steps_ << to_line(step);
  }
}

void EpisodeLogWriter::flush() {
  if (writes_steps_) steps_.flush();
  episodes_.flush();
  if (!episodes_ || !steps_) {
    throw Error(folder_.string(), "expected to write the logs, got a write error (disk full?)");
  }
}

void EpisodeLogWriter::close() {
  flush();
  steps_.close();
  episodes_.close();
}

}  // namespace awd
