// Pictures to and from PNG files through cairo, which keeps a pixel as one native 32-bit word 0xXXRRGGBB.
#include "io/image.h"

#include <fmt/format.h>

#include <cstring>

#include "awd/error.h"
#include "base/check.h"
#include "io/cairo_image.h"

namespace awd {
namespace {

/// A surface that cairo made of a PNG file, as a picture.
Image from_png(const CairoSurface& surface, const std::string& name) {
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(name, fmt::format("expected a PNG file, got \"{}\"", cairo_status_to_string(status)));
  }
  return from_cairo(surface.get());
}

}  // namespace

Image Image::copy_of(const ImageView& view) {
  const std::size_t bytes = std::size_t(view.height) * view.width * 3;
  return {view.height, view.width, {view.data, view.data + bytes}};
}

CairoSurface to_cairo(const ImageView& image) {
  AWD_CHECK(!image.empty());
  CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height));
  AWD_CHECK(cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS, "{} x {}", image.width, image.height);
  std::uint8_t* rows = cairo_image_surface_get_data(surface.get());
  const int stride = cairo_image_surface_get_stride(surface.get());
  const std::uint8_t* in = image.data;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x, in += 3) {
      const std::uint32_t word = std::uint32_t(in[0]) << 16 | std::uint32_t(in[1]) << 8 | std::uint32_t(in[2]);
      std::memcpy(rows + std::ptrdiff_t(y) * stride + 4 * x, &word, sizeof word);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

Image from_cairo(cairo_surface_t* surface) {
  cairo_surface_flush(surface);
  Image image{cairo_image_surface_get_height(surface), cairo_image_surface_get_width(surface), {}};
  image.pixels.resize(std::size_t(image.height) * image.width * 3);
  const std::uint8_t* rows = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  std::uint8_t* out = image.pixels.data();
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x, out += 3) {
      std::uint32_t word = 0;
      std::memcpy(&word, rows + std::ptrdiff_t(y) * stride + 4 * x, sizeof word);
      out[0] = std::uint8_t(word >> 16);
      out[1] = std::uint8_t(word >> 8);
      out[2] = std::uint8_t(word);
    }
  }
  return image;
}

void write_png(const std::filesystem::path& file, const ImageView& image) {
  const cairo_status_t status = cairo_surface_write_to_png(to_cairo(image).get(), file.c_str());
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(file.string(), fmt::format("expected to write a PNG file, got \"{}\"", cairo_status_to_string(status)));
  }
}

Image read_png(const std::filesystem::path& file) {
  return from_png(CairoSurface(cairo_image_surface_create_from_png(file.c_str())), file.string());
}

Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto read = [](void* left, unsigned char* out, unsigned int size) {
    auto& rest = *static_cast<std::span<const std::uint8_t>*>(left);
    if (rest.size() < size) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(out, rest.data(), size);
    rest = rest.subspan(size);
    return CAIRO_STATUS_SUCCESS;
  };
  return from_png(CairoSurface(cairo_image_surface_create_from_png_stream(read, &bytes)), name);
}

}  // namespace awd
