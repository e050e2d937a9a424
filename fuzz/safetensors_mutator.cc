// Mutates the header and the data of a safetensors file apart and keeps the header's length right most of the time:
// blind changes would hardly ever come past that number.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  constexpr std::size_t kLengthBytes = 8;
  constexpr unsigned kBlindShare = 8;  // one change in 8 is made anywhere, the length included
  std::uint64_t length = 0;
  if (size >= kLengthBytes) std::memcpy(&length, data, kLengthBytes);
  if (size < kLengthBytes || length > size - kLengthBytes || seed % kBlindShare == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const std::uint8_t* const header = data + kLengthBytes;
  const std::vector<std::uint8_t> tail(header + length, header + (size - kLengthBytes));
  if (max_size < kLengthBytes + tail.size()) return LLVMFuzzerMutate(data, size, max_size);
  length = LLVMFuzzerMutate(data + kLengthBytes, length, max_size - kLengthBytes - tail.size());
  std::memcpy(data, &length, kLengthBytes);
  std::copy(tail.begin(), tail.end(), data + kLengthBytes + length);
  return kLengthBytes + length + tail.size();
}
