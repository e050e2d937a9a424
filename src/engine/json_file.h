// JSON files of a policy folder, read with errors that name file and field. Included by .cc files only.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "awd/error.h"
#include "io/strict_json.h"
#include "io/whole_file.h"

namespace awd {

/// The JSON object in a file. Throws awd::Error if it is missing or garbled.
inline nlohmann::json read_json_object(const std::string& path) {
  nlohmann::json value = parse_strict_json(read_whole_file(path, "file"), path);
  if (!value.is_object()) throw Error(path, "expected a JSON object, got garbled text");
  return value;
}

/// Typed access to the fields of one JSON object.
class JsonFields {
 public:
  /// `prefix` is put before field names in messages, e.g. "llm.".
  JsonFields(const std::string& path, const nlohmann::json& object, std::string prefix = "")
      : path_(path), object_(object), prefix_(std::move(prefix)) {}

  /// The value of a field that must be there.
  const nlohmann::json& field(const std::string& name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) {
      throw Error(path_, fmt::format("field {}{}: expected a value, got none", prefix_, name));
    }
    return *found;
  }

  /// False for a field that is not there or null, as Python writes None.
  bool has(const std::string& name) const {
    const auto found = object_.find(name);
    return found != object_.end() && !found->is_null();
  }

  /// An integer in [min, max].
  int integer(const std::string& name, int min, int max) const {
    const nlohmann::json& value = field(name);
    if (!value.is_number_integer() || value < min || value > max) {
      fail(name, fmt::format("an integer in [{}, {}]", min, max), value.dump());
    }
    return value.get<int>();
  }

  /// integer(), or `otherwise` where has() is false.
  int integer_or(const std::string& name, int min, int max, int otherwise) const {
    return has(name) ? integer(name, min, max) : otherwise;
  }

  bool flag_or(const std::string& name, bool otherwise) const {
    if (!has(name)) return otherwise;
    const nlohmann::json& value = field(name);
    if (!value.is_boolean()) fail(name, "true or false", value.dump());
    return value.get<bool>();
  }

  double number_or(const std::string& name, double otherwise) const {
    if (!has(name)) return otherwise;
    const nlohmann::json& value = field(name);
    if (!value.is_number()) fail(name, "a number", value.dump());
    return value.get<double>();
  }

  std::string text(const std::string& name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_string()) fail(name, "a string", value.dump());
    return value.get<std::string>();
  }

  std::string text_or(const std::string& name, const std::string& otherwise) const {
    return has(name) ? text(name) : otherwise;
  }

  JsonFields object(const std::string& name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_object()) fail(name, "an object", value.dump());
    return {path_, value, prefix_ + name + "."};
  }

  /// The elements of an array of objects.
  std::vector<JsonFields> objects(const std::string& name) const {
    const nlohmann::json& values = field(name);
    if (!values.is_array()) fail(name, "an array of objects", values.dump());
    std::vector<JsonFields> elements;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string element = fmt::format("{}[{}]", name, i);
      if (!values[i].is_object()) fail(element, "an object", values[i].dump());
      elements.push_back({path_, values[i], prefix_ + element + "."});
    }
    return elements;
  }

  /// Throws awd::Error "[file] field NAME: PROBLEM".
  [[noreturn]] void fail(const std::string& name, const std::string& problem) const {
    throw Error(path_, fmt::format("field {}{}: {}", prefix_, name, problem));
  }
  /// Throws awd::Error "[file] field NAME: expected ..., got ...".
  [[noreturn]] void fail(const std::string& name, const std::string& expected, const std::string& got) const {
    throw Error(path_, fmt::format("field {}{}: expected {}, got {}", prefix_, name, expected, got.substr(0, 80)));
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const nlohmann::json& object_;
  std::string prefix_;
};

}  // namespace awd
