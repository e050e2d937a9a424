// Any bytes as a .safetensors file: refused with one line, or every tensor can be read to its last element.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "io/finite_scan.h"
#include "io/safetensors.h"
#include "target.h"

namespace awd::fuzz {
namespace {

constexpr std::int64_t kMaxTouched = 64;  // elements of one tensor that are read: its ends

/// Reads both ends of the tensor, so that bytes outside the mapping are noticed.
void touch(const StoredTensor& tensor) {
  const std::int64_t elements = tensor.elements();
  AWD_CHECK(elements >= 0 && (elements == 0) == tensor.bytes.empty(), "{} {}", tensor.name, tensor.shape_text());
  if (tensor.bytes.empty()) return;
  [[maybe_unused]] volatile std::byte end = tensor.bytes.front();
  end = tensor.bytes.back();
  if (!tensor.is_float()) return;
  const std::int64_t count = std::min(elements, kMaxTouched);
  std::vector<float> values(std::size_t(count), 0.f);
  tensor.read(elements - count, values);
  tensor.read(0, values);
  if (count < elements) return;
  const bool is_finite = std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
  AWD_CHECK(all_finite(tensor.format(), tensor.bytes) == is_finite, "{}", tensor.name);
}

}  // namespace
}  // namespace awd::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  static const fuzz::InputFolder folder;
  const std::string path = folder.write("model.safetensors", {data, size});
  fuzz::read_untrusted([&] {
    const SafetensorsFile file(path);
    for (const auto& [name, tensor] : file.tensors()) {
      AWD_CHECK(name == tensor.name && file.find(name) == &tensor);
      file.prefetch(tensor);
      fuzz::touch(tensor);
      file.release(tensor);
      fuzz::touch(tensor);
    }
  });
  return 0;
}
