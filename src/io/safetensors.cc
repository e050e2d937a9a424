// Maps safetensors files and checks every claim of their headers.
#include "io/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "awd/error.h"
#include "base/check.h"
#include "base/half.h"
#include "io/safetensors_writer.h"
#include "io/strict_json.h"
#include "io/whole_file.h"

namespace awd {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;                 // the little-endian header length in front of the header
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;  // the limit of the reference implementation
constexpr std::size_t kMaxRank = 8;
constexpr std::uint64_t kMaxSide = 1ull << 40;  // far above any tensor, and fits std::int64_t

struct TypeRow {
  std::string_view name;
  StoredType type;
  std::uint64_t bytes;
};
constexpr std::array kTypes = {TypeRow{"F32", StoredType::kF32, 4},   TypeRow{"F16", StoredType::kF16, 2},
                               TypeRow{"BF16", StoredType::kBf16, 2}, TypeRow{"I64", StoredType::kI64, 8},
                               TypeRow{"I32", StoredType::kI32, 4},   TypeRow{"U8", StoredType::kU8, 1},
                               TypeRow{"F64", StoredType::kOther, 8}, TypeRow{"I16", StoredType::kOther, 2},
                               TypeRow{"I8", StoredType::kOther, 1},  TypeRow{"BOOL", StoredType::kOther, 1}};

std::string system_message() { return std::generic_category().message(errno); }

/// The whole file as a read-only mapping; `size` receives its length.
std::shared_ptr<const std::byte> map_file(const std::string& path, std::size_t& size) {
  const RegularFile file = open_regular_file(path, "file");
  size = file.bytes;
  if (size < kLengthBytes) {
    ::close(file.descriptor);
    throw Error(path, fmt::format("expected a safetensors file of at least 8 bytes, got {}", size));
  }
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0);
  ::close(file.descriptor);
  if (address == MAP_FAILED) throw Error(path, fmt::format("expected to map the file, got: {}", system_message()));
  return {static_cast<const std::byte*>(address),
          [size](const std::byte* mapped) { ::munmap(const_cast<std::byte*>(mapped), size); }};
}

json parse_header(const std::string& path, const std::byte* data, std::size_t size, std::size_t& data_begin) {
  std::uint64_t length = 0;
  std::memcpy(&length, data, kLengthBytes);
  if (length > kMaxHeaderBytes || length > size - kLengthBytes) {
    throw Error(path,
                fmt::format("expected a header inside the file ({} bytes), got a header length of {}", size, length));
  }
  data_begin = kLengthBytes + std::size_t(length);
  const char* text = reinterpret_cast<const char*>(data) + kLengthBytes;
  json header = parse_strict_json({text, std::size_t(length)}, path);
  if (!header.is_object()) throw Error(path, "expected a JSON object as header, got garbled text");
  return header;
}

[[noreturn]] void bad_tensor(const std::string& path, const std::string& name, const std::string& problem) {
  throw Error(path, fmt::format("tensor {}: {}", name, problem));
}

std::vector<std::int64_t> parse_shape(const std::string& path, const std::string& name, const json& entry) {
  const auto shape = entry.find("shape");
  if (shape == entry.end() || !shape->is_array() || shape->size() > kMaxRank) {
    bad_tensor(path, name, fmt::format("expected a shape of at most {} numbers", kMaxRank));
  }
  std::vector<std::int64_t> out;
  for (const json& side : *shape) {
    if (!side.is_number_unsigned() || side.get<std::uint64_t>() > kMaxSide) {
      bad_tensor(path, name, fmt::format("expected sides below 2^40, got {}", side.dump()));
    }
    out.push_back(side.get<std::int64_t>());
  }
  return out;
}

/// `out` = the bytes that `shape` needs; false where their number overflows.
bool needed_bytes(const std::vector<std::int64_t>& shape, std::uint64_t element_bytes, std::uint64_t& out) {
  out = element_bytes;
  for (const std::int64_t side : shape) {
    if (__builtin_mul_overflow(out, std::uint64_t(side), &out)) return false;
  }
  return true;
}

StoredTensor parse_tensor(const std::string& path, const std::string& name, const json& entry,
                          std::span<const std::byte> data) {
  if (!entry.is_object() || !entry.contains("dtype") || !entry["dtype"].is_string()) {
    bad_tensor(path, name, "expected an object with dtype, shape and data_offsets");
  }
  const std::string type_name = entry["dtype"];
  const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.name == type_name; });
  if (row == kTypes.end()) bad_tensor(path, name, fmt::format("expected a known dtype, got {}", type_name));
  StoredTensor tensor{name, row->type, parse_shape(path, name, entry), {}};

  const auto offsets = entry.find("data_offsets");
  if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2 || !(*offsets)[0].is_number_unsigned() ||
      !(*offsets)[1].is_number_unsigned()) {
    bad_tensor(path, name, "expected data_offsets of two numbers");
  }
  const std::uint64_t begin = (*offsets)[0];
  const std::uint64_t end = (*offsets)[1];
  if (begin > end || end > data.size()) {
    bad_tensor(path, name,
               fmt::format("expected bytes inside the {} of the file (is it truncated?), got [{}, {})", data.size(),
                           begin, end));
  }
  std::uint64_t needed = 0;
  if (!needed_bytes(tensor.shape, row->bytes, needed) || needed != end - begin) {
    bad_tensor(path, name,
               fmt::format("expected {} bytes for {} {}, got {}", needed, type_name, tensor.shape_text(), end - begin));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

void refuse_overlap(const std::string& path, const std::map<std::string, StoredTensor>& tensors) {
  std::vector<const StoredTensor*> sorted;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.bytes.empty()) sorted.push_back(&tensor);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const StoredTensor* a, const StoredTensor* b) { return a->bytes.data() < b->bytes.data(); });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1]->bytes.data() + sorted[i - 1]->bytes.size() > sorted[i]->bytes.data()) {
      bad_tensor(path, sorted[i]->name,
                 fmt::format("expected bytes of its own, got an overlap with {}", sorted[i - 1]->name));
    }
  }
}

}  // namespace

std::string_view stored_type_name(StoredType type) {
  const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return r.type == type; });
  return type == StoredType::kOther ? "another type" : row->name;
}

std::int64_t StoredTensor::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  return count;
}

std::string StoredTensor::shape_text() const { return fmt::format("[{}]", fmt::join(shape, ", ")); }

void StoredTensor::read(std::int64_t first, std::span<float> out) const {
  AWD_CHECK(first >= 0 && first + std::int64_t(out.size()) <= elements(), "{}: {} + {}", name, first, out.size());
  read_floats(format(), bytes.data() + std::size_t(first) * bytes_of(format()), out);
}

bool StoredTensor::is_float() const {
  return type == StoredType::kF32 || type == StoredType::kF16 || type == StoredType::kBf16;
}

FloatFormat StoredTensor::format() const {
  AWD_CHECK(is_float(), "{} is not floating point", name);
  return type == StoredType::kF32   ? FloatFormat::kF32
         : type == StoredType::kF16 ? FloatFormat::kF16
                                    : FloatFormat::kBf16;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path) {
  mapping_ = map_file(path, size_);
  std::size_t data_begin = 0;
  const json header = parse_header(path, mapping_.get(), size_, data_begin);
  const std::span<const std::byte> data(mapping_.get() + data_begin, size_ - data_begin);
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__") tensors_.emplace(name, parse_tensor(path, name, entry, data));
  }
  refuse_overlap(path, tensors_);
}

const StoredTensor* SafetensorsFile::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

void SafetensorsFile::prefetch(const StoredTensor& tensor) const { advise(tensor, MADV_WILLNEED); }

void SafetensorsFile::release(const StoredTensor& tensor) const { advise(tensor, MADV_DONTNEED); }

void SafetensorsFile::advise(const StoredTensor& tensor, int advice) const {
  if (tensor.bytes.empty()) return;
  AWD_CHECK(
      tensor.bytes.data() >= mapping_.get() && tensor.bytes.data() + tensor.bytes.size() <= mapping_.get() + size_,
      "{} is of another file", tensor.name);
  const auto page = std::size_t(::sysconf(_SC_PAGESIZE));
  const auto begin = std::size_t(tensor.bytes.data() - mapping_.get()) / page * page;
  const auto end = std::size_t(tensor.bytes.data() - mapping_.get()) + tensor.bytes.size();
  // Advice only: where the system refuses it, the tensor is read and kept as any other memory.
  (void)::madvise(const_cast<std::byte*>(mapping_.get()) + begin, end - begin, advice);
}

void write_safetensors(const std::string& path, std::span<const TensorToWrite> tensors) {
  std::vector<TensorHeader> headers;
  headers.reserve(tensors.size());
  for (const TensorToWrite& tensor : tensors) {
    AWD_CHECK(tensor.type == StoredType::kF32 || tensor.type == StoredType::kBf16);
    headers.push_back({tensor.name, tensor.type, tensor.shape});
  }
  SafetensorsWriter writer(path, headers);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::span<const float> values = tensors[i].values;
    if (tensors[i].type == StoredType::kF32) {
      writer.write(i, 0, std::as_bytes(values));
      continue;
    }
    std::vector<std::uint16_t> rounded(values.size());
    std::ranges::transform(values, rounded.begin(), Bf16::round_to_bits);
    writer.write(i, 0, std::as_bytes(std::span(rounded)));
  }
  writer.commit();
}

}  // namespace awd
