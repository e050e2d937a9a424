// Strict reading of meta.json: every key has to be known.
#include "io/recordings/frames_meta.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "awd/error.h"

namespace awd {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kMetaFile = "meta.json";
constexpr const char* kPromptFile = "prompt.txt";

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

[[noreturn]] void bad_value(const fs::path& file, const std::string& key, const char* expected, const json& got) {
  throw Error(file.string(), fmt::format("key \"{}\": expected {}, got {}", key, expected, got.dump()));
}

std::vector<std::string> camera_names(const fs::path& file, const json& value) {
  std::vector<std::string> names;
  for (const json& name : value) {
    if (!name.is_string() || name.get<std::string>().empty()) break;
    names.push_back(name.get<std::string>());
  }
  if (!value.is_array() || value.empty() || names.size() != value.size()) {
    bad_value(file, "cameras", "an array of names of folders", value);
  }
  return names;
}

void set_value(FramesMeta& meta, const fs::path& file, const std::string& key, const json& value) {
  if (key == "fps") {
    if (!value.is_number() || !(value > 0)) bad_value(file, key, "frames per second above 0", value);
    meta.fps = value.get<double>();
  } else if (key == "cameras") {
    meta.cameras = camera_names(file, value);
  } else if (key == "prompt" || key == "task") {
    if (!value.is_string()) bad_value(file, key, "text", value);
    (key == "prompt" ? meta.prompt : meta.task) = value.get<std::string>();
  } else if (key == "success") {
    if (!value.is_boolean()) bad_value(file, key, "true or false", value);
    meta.success = value.get<bool>();
  } else {
    throw Error(file.string(), fmt::format("expected the keys fps, cameras, prompt, task, success, got \"{}\"", key));
  }
}

}  // namespace

FramesMeta read_frames_meta(const fs::path& folder, const FramesMeta& common) {
  FramesMeta meta = common;
  if (const fs::path file = folder / kMetaFile; fs::exists(file)) {
    const json object = json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) throw Error(file.string(), "expected a JSON object, got something else");
    for (const auto& [key, value] : object.items()) set_value(meta, file, key, value);
  }
  if (const fs::path file = folder / kPromptFile; fs::exists(file)) meta.prompt = first_line(read_text(file));
  return meta;
}

}  // namespace awd
