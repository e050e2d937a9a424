// The queue file: a header with two atomic counters, then the job numbers; mmap shares it between processes.
#include "cli/job_queue.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "awd/error.h"

namespace awd::cli {

void JobQueue::create(const std::filesystem::path& file, std::span<const int> jobs) {
  // The same bytes as Header with its counters at 0.
  const std::int32_t counters[] = {0, 0, std::int32_t(jobs.size()), 0};
  const std::vector<std::int32_t> numbers(jobs.begin(), jobs.end());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  const auto put = [&stream](const void* data, std::size_t bytes) {
    stream.write(static_cast<const char*>(data), std::streamsize(bytes));
  };
  put(&kMagic, sizeof kMagic);
  put(counters, sizeof counters);
  put(numbers.data(), numbers.size() * sizeof(std::int32_t));
  stream.close();
  static_assert(sizeof(Header) == sizeof kMagic + sizeof counters);
  if (!stream) throw Error(file.string(), "expected to write the job queue, got a write error (disk full?)");
}

JobQueue::JobQueue(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CLOEXEC);
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  void* memory = MAP_FAILED;
  if (descriptor >= 0 && !code && size >= sizeof(Header)) {
    memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }
  if (descriptor >= 0) close(descriptor);
  if (memory == MAP_FAILED) throw Error(file.string(), "expected a job queue, got a file that cannot be mapped");
  header_ = static_cast<Header*>(memory);
  jobs_ = reinterpret_cast<const std::int32_t*>(header_ + 1);
  bytes_ = size;
  if (header_->magic != kMagic || size != sizeof(Header) + std::size_t(header_->size) * sizeof(std::int32_t)) {
    munmap(memory, size);
    throw Error(file.string(), fmt::format("expected a job queue, got {} bytes of something else", size));
  }
}

JobQueue::~JobQueue() { munmap(header_, bytes_); }

std::optional<int> JobQueue::claim() {
  const std::int32_t position = header_->next.fetch_add(1);
  if (position >= header_->size) return std::nullopt;
  return jobs_[position];
}

void JobQueue::finish() { header_->finished.fetch_add(1); }

int JobQueue::finished() const { return header_->finished.load(); }

int JobQueue::size() const { return header_->size; }

}  // namespace awd::cli
