// Collects scores and times through the log's own list of fields, so that new ones come along by themselves.
#include "analysis/report/episode_columns.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "io/episode_log_fields.h"

namespace awd::report {
namespace {

using Json = nlohmann::ordered_json;

/// Values of one quantity as text, built up step by step.
class TextColumn {
 public:
  void add(double value) {
    if (count_++ > 0) text_ += ',';
    if (std::isnan(value)) return;
    fmt::format_to(std::back_inserter(text_), "{:.4g}", value);
    is_blank_ = is_blank_ && value == 0;
    is_empty_ = false;
  }
  bool is_empty() const { return is_empty_; }  // never computed
  bool is_blank() const { return is_blank_; }  // never anything but 0
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int count_ = 0;
  bool is_empty_ = true;
  bool is_blank_ = true;
};

/// One column per score and time of a StepLog, in the order of the log.
class ColumnCollector {
 public:
  template <class T>
  void required(const char*, const T&) {}
  void note(const char*, const std::string&) {}
  void numbers(const char*, const std::vector<float>&) {}
  void score(const char* key, double value) { column(scores_, key).add(value); }
  void time_ms(const char* key, double value) { column(times_, key).add(value); }
  void scores(const char* key, const std::array<double, kMaxCameras>& values) {
    for (std::size_t c = 0; c < values.size(); ++c) column(cameras_[c], key).add(values[c]);
  }

  Json scores_json() const {
    Json json = Json::object();
    for (const auto& [key, column] : scores_) {
      if (!column.is_empty()) json[key] = column.text();
    }
    return json;
  }
  Json times_json() const {
    Json json = Json::object();
    for (const auto& [key, column] : times_) {
      if (!column.is_blank()) json[key.substr(0, key.rfind("_ms"))] = column.text();
    }
    return json;
  }
  /// Cameras behind the last one with a score are left out; one before it without scores is "".
  Json cameras_json() const {
    constexpr std::string_view kSuffix = "_per_camera";
    Json json = Json::object();
    for (std::size_t c = 0; c < cameras_.size(); ++c) {
      for (const auto& [key, column] : cameras_[c]) {
        if (column.is_empty()) continue;
        Json& list = json[key.substr(0, key.rfind(kSuffix))];
        while (list.size() < c) list.push_back("");
        list.push_back(column.text());
      }
    }
    return json;
  }

 private:
  using Columns = std::vector<std::pair<std::string, TextColumn>>;

  static TextColumn& column(Columns& columns, const char* key) {
    for (auto& [name, column] : columns) {
      if (name == key) return column;
    }
    return columns.emplace_back(key, TextColumn{}).second;
  }

  Columns scores_, times_;
  std::array<Columns, kMaxCameras> cameras_;
};

/// [[first step, phase], ..]
Json phase_changes(std::span<const StepLog> steps) {
  Json changes = Json::array();
  for (const StepLog& step : steps) {
    if (step.step == 0 || step.phase != steps[std::size_t(step.step) - 1].phase) {
      changes.push_back({step.step, step.phase});
    }
  }
  return changes;
}

/// [[step, event], ..]
Json changes_made(std::span<const StepLog> steps) {
  Json events = Json::array();
  for (const StepLog& step : steps) {
    if (!step.event.empty()) events.push_back({step.step, step.event});
  }
  return events;
}

}  // namespace

Json episode_columns(const EpisodeLog& episode, std::span<const StepLog> steps) {
  static_assert(kReasonCount <= 26, "reasons are written as one letter");
  ColumnCollector collector;
  TextColumn age, work;
  std::string queried, reason;
  bool is_work_told = true;
  for (const StepLog& step : steps) {
    const bool is_query = step.decision.verdict == Verdict::kRecompute;
    queried += is_query ? '1' : '0';
    reason += char('a' + int(step.decision.reason));
    age.add(step.decision.age);
    work.add(step.query_work);
    is_work_told = is_work_told && step.query_work == (is_query ? 1 : 0);
    visit_log_fields(step, collector);
  }
  Json json{{"episode", episode.episode},
            {"trial", episode.trial},
            {"seed", std::to_string(episode.seed)},
            {"success", episode.success},
            {"n", steps.size()},
            {"queried", queried},
            {"reason", reason},
            {"phases", phase_changes(steps)},
            {"events", changes_made(steps)},
            {"age", age.text()}};
  if (!is_work_told) json["work"] = work.text();
  json["scores"] = collector.scores_json();
  json["cameras"] = collector.cameras_json();
  json["ms"] = collector.times_json();
  return json;
}

}  // namespace awd::report
