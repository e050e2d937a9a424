// Output that is either complete or absent: a folder or a file is written under a temporary name beside its place and
// renamed at the end.
#pragma once

#include <filesystem>
#include <string_view>

namespace awd {

/// A folder being written. Destroyed before commit(), it removes everything it holds.
class RunDirectory {
 public:
  /// Creates the temporary folder `NAME.part-PID` beside `target` (parents included). Throws awd::Error if `target`
  /// is a file or a folder with content, or if the place cannot be written.
  explicit RunDirectory(const std::filesystem::path& target);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  /// Where to write until commit().
  const std::filesystem::path& path() const { return temporary_; }
  /// Gives the folder its name. Throws awd::Error if something has taken the name in the meantime.
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
};

/// Writes a whole file under a temporary name and renames it. Throws awd::Error naming the file on failure.
void write_file_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace awd
