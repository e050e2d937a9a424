// An owned RGB picture, and PNG files of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "awd/types.h"

namespace awd {

/// RGB, 8 bits, row-major [height, width, 3], top row first.
struct Image {
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;

  ImageView view() const { return {pixels.data(), height, width}; }
  /// Owns a copy of what `view` shows.
  static Image copy_of(const ImageView& view);
};

/// Writes a PNG file. Throws awd::Error naming the file if it cannot be written.
void write_png(const std::filesystem::path& file, const ImageView& image);

/// Reads a PNG file; transparent parts become black. Throws awd::Error naming the file if it is missing or no PNG.
Image read_png(const std::filesystem::path& file);

/// The same from the bytes of a PNG file; `name` stands for the file in messages.
Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace awd
