// Strict parsing of one line of the logs into a record; every complaint names file, line and key. For the readers in
// this folder only.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "awd/error.h"
#include "base/options_io.h"
#include "io/episode_log.h"
#include "io/episode_log_fields.h"
#include "io/strict_json.h"

namespace awd::internal {

/// Fills one record from one JSON object; `where` is "file:line".
class FieldReader {
 public:
  using Json = nlohmann::json;

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
  void note(const char* key, std::string& text) {
    if (object_.contains(key)) required(key, text);
  }
  void numbers(const char* key, std::vector<float>& values) {
    if (!object_.contains(key)) return;
    for (const Json& entry : member(key, Json::value_t::array)) {
      double value = 0;
      read(key, entry, value);
      if (!std::isfinite(float(value))) fail(key, "32-bit numbers", entry);
      values.push_back(float(value));
    }
    if (values.empty()) fail(key, "at least one number", object_[key]);
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
  void counts(const char* key, std::array<int, kReasonCount>& counts) {
    for (const auto& [word, count] : member(key, Json::value_t::object).items()) {
      Reason reason{};
      read(key, Json(word), reason);
      read(key, count, counts[std::size_t(reason)]);
    }
  }
  void events(const char* key, std::vector<EventLog>& events) {
    for (const Json& entry : member(key, Json::value_t::array)) {
      FieldReader reader(entry, where_);
      EventLog& event = events.emplace_back();
      reader.required("event", event.event);
      reader.required("step", event.step);
      if (entry.contains("delay") && !entry["delay"].is_null()) reader.required("delay", event.delay.emplace());
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
  static constexpr auto kMaxInt = std::uint64_t(std::numeric_limits<int>::max());

  /// The value of `key`, which must be an object or an array.
  const Json& member(const char* key, Json::value_t type) {
    const auto found = object_.find(key);
    if (found == object_.end()) throw Error(where_, fmt::format("key \"{}\": expected a value, got none", key));
    ++known_;
    if (found->type() != type) fail(key, type == Json::value_t::object ? "an object" : "an array", *found);
    return *found;
  }
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
  void note(const char* key, const std::string&) { keys.emplace_back(key); }
  void numbers(const char* key, const std::vector<float>&) { keys.emplace_back(key); }
  void counts(const char* key, const std::array<int, kReasonCount>&) { keys.emplace_back(key); }
  void events(const char* key, const std::vector<EventLog>&) { keys.emplace_back(key); }
};

/// The record in `line`; `where` is "file:line". Throws awd::Error on anything that the writer would not have written.
template <class Record>
Record parse_log_line(const std::string& line, const std::string& where) {
  static const std::vector<std::string> keys = [] {
    KeyLister lister;
    const Record blank;
    visit_log_fields(blank, lister);
    return lister.keys;
  }();
  const nlohmann::json object = parse_strict_json(line, where);
  if (!object.is_object()) throw Error(where, fmt::format("expected one JSON object, got \"{}\"", line.substr(0, 60)));
  Record record;
  FieldReader reader(object, where);
  visit_log_fields(record, reader);
  reader.expect_no_more(keys);
  return record;
}

}  // namespace awd::internal
