// What all fuzz targets share: how bytes become files, and what counts as a finding beside a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "awd/error.h"

namespace awd::fuzz {

using Bytes = std::span<const std::uint8_t>;

std::string_view text_of(Bytes bytes);

/// A folder of this process, emptied at construction and removed at the end; TMPDIR says where.
class InputFolder {
 public:
  InputFolder();
  ~InputFolder();
  InputFolder(const InputFolder&) = delete;
  InputFolder& operator=(const InputFolder&) = delete;

  std::string path() const { return path_; }
  /// Writes a file, over the one of the last input; gives its path. Sub-folders in `name` are made.
  std::string write(const std::string& name, Bytes bytes) const;
  /// Removes everything inside.
  void clear() const;

 private:
  std::string path_;
};

/// One file of an input that stands for a folder.
struct InputPart {
  std::string name;
  Bytes bytes;
};

/// Takes an input apart at its marker lines "-- NAME --", NAME one of `names`; what comes before the first is dropped,
/// and of two parts with one name the later one is used. Other lines of that look are content.
std::vector<InputPart> split_parts(Bytes input, std::span<const std::string_view> names);

/// An input that stands for a folder, as one: empties the process's folder and calls write(folder, part) for each part.
template <class Write>
const InputFolder& fresh_folder(Bytes input, std::span<const std::string_view> names, Write&& write) {
  static const InputFolder folder;
  folder.clear();
  for (const InputPart& part : split_parts(input, names)) write(folder, part);
  return folder;
}

/// Aborts unless the message is what awd::Error promises: one line, without control characters, of bounded length.
void check_message(std::string_view message);

/// Runs a reader. Its awd::Error is the right answer to bad input; any other exception ends the program.
template <class F>
void read_untrusted(F&& read) {
  try {
    read();
  } catch (const Error& error) {
    check_message(error.what());
  }
}

}  // namespace awd::fuzz

/// The entry point that every target defines, called by libFuzzer or by replay_main.cc.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
