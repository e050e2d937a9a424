// Files of one input, and the check of error messages.
#include "target.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/check.h"

namespace awd::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxMessage = 4096;  // bytes; a terminal shows it without burying what came before

/// The name in a marker line "-- NAME --", empty for any other line.
std::string_view marker_name(std::string_view line, std::span<const std::string_view> names) {
  if (line.size() < 7 || !line.starts_with("-- ") || !line.ends_with(" --")) return {};
  const std::string_view name = line.substr(3, line.size() - 6);
  return std::ranges::find(names, name) == names.end() ? std::string_view{} : name;
}

}  // namespace

std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

InputFolder::InputFolder() : path_((fs::temp_directory_path() / ("awd_fuzz_" + std::to_string(getpid()))).string()) {
  fs::remove_all(path_);
  fs::create_directories(path_);
}

InputFolder::~InputFolder() { fs::remove_all(path_); }

std::string InputFolder::write(const std::string& name, Bytes bytes) const {
  const fs::path file = fs::path(path_) / name;
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream << text_of(bytes);
  stream.close();
  AWD_CHECK(stream, "{} cannot be written", file.string());
  return file.string();
}

void InputFolder::clear() const {
  for (const fs::directory_entry& entry : fs::directory_iterator(path_)) fs::remove_all(entry.path());
}

std::vector<InputPart> split_parts(Bytes input, std::span<const std::string_view> names) {
  std::vector<InputPart> parts;
  const std::string_view text = text_of(input);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t next = std::min(end + 1, text.size());
    if (const auto name = marker_name(text.substr(begin, end - begin), names); !name.empty()) {
      parts.push_back({std::string(name), input.subspan(next, 0)});
    } else if (!parts.empty()) {
      Bytes& bytes = parts.back().bytes;
      bytes = {bytes.data(), bytes.size() + (next - begin)};
    }
    begin = next;
  }
  return parts;
}

void check_message(std::string_view message) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  AWD_CHECK(message.size() <= kMaxMessage, "a message of {} bytes: {}", message.size(), message.substr(0, 200));
  AWD_CHECK(std::ranges::none_of(message, is_control), "control characters in the message: {}", message);
}

}  // namespace awd::fuzz
