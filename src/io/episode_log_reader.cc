// Strict streaming reader of the run directory's logs: one episode in memory, every complaint names file, line and key.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "awd/error.h"
#include "base/options_io.h"
#include "io/episode_log.h"
#include "io/episode_log_fields.h"

namespace awd {
namespace {

using Json = nlohmann::json;

constexpr auto kMaxInt = std::uint64_t(std::numeric_limits<int>::max());

/// Fills one record from one JSON object; `where` is "file:line".
class FieldReader {
 public:
  FieldReader(const Json& object, const std::string& where) : object_(object), where_(where) {}

  template <class T>
  void required(const char* key, T& value) {
    const auto found = object_.find(key);
    if (found == object_.end()) throw Error(where_, fmt::format("key \"{}\": expected a value, got none", key));
    ++known_;
    read(key, *found, value);
  }
  void time_ms(const char* key, double& value) { required(key, value); }
  void score(const char* key, double& value) {
    if (object_.contains(key)) required(key, value);
  }
  void scores(const char* key, std::array<double, kMaxCameras>& values) {
    const auto found = object_.find(key);
    if (found == object_.end()) return;
    ++known_;
    if (!found->is_array() || found->size() > values.size()) {
      fail(key, fmt::format("an array of up to {} numbers", values.size()), *found);
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
      if (!(*found)[i].is_null()) read(key, (*found)[i], values[i]);
    }
  }
  /// Throws if the object has a key that no field asked for.
  void expect_no_more(const std::vector<std::string>& allowed) const {
    if (known_ == object_.size()) return;
    for (const auto& [key, value] : object_.items()) {
      if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
        throw Error(where_, fmt::format("expected one of the keys {}, got \"{}\"", fmt::join(allowed, ", "), key));
      }
    }
  }

 private:
  [[noreturn]] void fail(const char* key, const std::string& expected, const Json& got) const {
    throw Error(where_, fmt::format("key \"{}\": expected {}, got {}", key, expected, got.dump()));
  }
  void read(const char* key, const Json& json, double& value) const {
    if (!json.is_number()) fail(key, "a number", json);
    value = json.get<double>();
  }
  void read(const char* key, const Json& json, bool& value) const {
    if (!json.is_boolean()) fail(key, "true or false", json);
    value = json.get<bool>();
  }
  void read(const char* key, const Json& json, std::string& value) const {
    if (!json.is_string()) fail(key, "a text", json);
    value = json.get<std::string>();
  }
  void read(const char* key, const Json& json, std::uint64_t& value) const {
    if (!json.is_number_unsigned()) fail(key, "a whole number >= 0", json);
    value = json.get<std::uint64_t>();
  }
  void read(const char* key, const Json& json, int& value) const {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > kMaxInt) fail(key, "a whole number >= 0", json);
    value = json.get<int>();
  }
  template <class E>
  requires std::is_enum_v<E>
  void read(const char* key, const Json& json, E& value) const {
    if (!json.is_string() || !parse_word(json.get_ref<const std::string&>(), value)) {
      fail(key, fmt::format("one of {}", words_of<E>()), json);
    }
  }

  const Json& object_;
  const std::string& where_;
  std::size_t known_ = 0;
};

/// Collects the keys of a record, for the message about an unknown one.
struct KeyLister {
  std::vector<std::string> keys;
  template <class T>
  void required(const char* key, const T&) {
    keys.emplace_back(key);
  }
  void time_ms(const char* key, double) { keys.emplace_back(key); }
  void score(const char* key, double) { keys.emplace_back(key); }
  void scores(const char* key, const std::array<double, kMaxCameras>&) { keys.emplace_back(key); }
};

/// Reads one log file record by record.
template <class Record>
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& file) : file_(file.string()), stream_(file, std::ios::binary) {
    if (!stream_) throw Error(file_, "expected a log file, got none (is this a run directory?)");
    KeyLister lister;
    const Record blank;
    visit_log_fields(blank, lister);
    keys_ = std::move(lister.keys);
  }

  /// False at the end of the file.
  [[nodiscard]] bool next(Record& record) {
    std::string line;
    if (!std::getline(stream_, line)) return false;
    where_ = fmt::format("{}:{}", file_, ++line_number_);
    const Json object = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) {
      throw Error(where_, fmt::format("expected one JSON object, got \"{}\"", line.substr(0, 60)));
    }
    record = Record{};
    FieldReader reader(object, where_);
    visit_log_fields(record, reader);
    reader.expect_no_more(keys_);
    return true;
  }
  /// "file:line" of the last record.
  const std::string& where() const { return where_; }

 private:
  std::string file_;
  std::ifstream stream_;
  std::vector<std::string> keys_;
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
