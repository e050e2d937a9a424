// JSON files of a policy folder, read with errors that name file and field. Included by .cc files only.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "awd/error.h"

namespace awd {

/// The JSON object in a file. Throws awd::Error if it is missing or garbled.
inline nlohmann::json read_json_object(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(path, "expected a readable file, got no such file");
  nlohmann::json value = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
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

  /// An integer in [min, max].
  int integer(const std::string& name, int min, int max) const {
    const nlohmann::json& value = field(name);
    if (!value.is_number_integer() || value < min || value > max) {
      fail(name, fmt::format("an integer in [{}, {}]", min, max), value.dump());
    }
    return value.get<int>();
  }

  std::string text(const std::string& name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_string()) fail(name, "a string", value.dump());
    return value.get<std::string>();
  }

  JsonFields object(const std::string& name) const {
    const nlohmann::json& value = field(name);
    if (!value.is_object()) fail(name, "an object", value.dump());
    return {path_, value, prefix_ + name + "."};
  }

  /// Throws awd::Error "[file] field NAME: expected ..., got ...".
  [[noreturn]] void fail(const std::string& name, const std::string& expected, const std::string& got) const {
    throw Error(path_, fmt::format("field {}{}: expected {}, got {}", prefix_, name, expected, got.substr(0, 80)));
  }

 private:
  std::string path_;
  const nlohmann::json& object_;
  std::string prefix_;
};

}  // namespace awd
