// A frame is a header, state, joints, the maps if they are new, then per camera its grid and sums. Reading, a window is
// filled with the mean rounded down, and as many of its pixels as are missing from the sum get one more.
#include "cli/drift/pooled_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "awd/error.h"
#include "base/check.h"
#include "gate/pooling.h"

namespace awd::cli {
namespace {

struct Header {
  std::int32_t states = 0;
  std::int32_t joints = 0;
  std::int32_t cameras = 0;
  std::int32_t has_maps = 0;
};

struct Grid {
  std::int32_t rows = 0;
  std::int32_t cols = 0;
};

}  // namespace

PooledWriter::PooledWriter(std::filesystem::path file, int pool)
    : file_(std::move(file)), pool_(pool), stream_(file_, std::ios::binary) {
  AWD_CHECK(pool >= 1 && pool <= kMostPool, "pool {}", pool);
  if (!stream_) throw Error(file_.string(), "expected to make this file, got an error");
}

void PooledWriter::put(const void* data, std::size_t bytes) {
  stream_.write(static_cast<const char*>(data), std::streamsize(bytes));
}

void PooledWriter::add(const Observation& observation, const ImportanceMaps* importance) {
  const Header header{.states = std::int32_t(observation.state.size()),
                      .joints = std::int32_t(observation.joints.size()),
                      .cameras = std::int32_t(observation.cameras.size()),
                      .has_maps = importance != nullptr ? 1 : 0};
  put(&header, sizeof(header));
  put(observation.state.data(), observation.state.size_bytes());
  put(observation.joints.data(), observation.joints.size_bytes());
  if (importance != nullptr) put(importance, sizeof(*importance));
  for (const ImageView& view : observation.cameras) {
    const Grid grid{view.height / pool_, view.width / pool_};
    put(&grid, sizeof(grid));
    pool_picture(view, pool_, means_);
    sums_.resize(means_.size());
    const float window = float(pool_ * pool_);
    std::ranges::transform(means_, sums_.begin(),
                           [window](float mean) { return std::uint16_t(std::lround(mean * window)); });
    put(sums_.data(), sums_.size() * sizeof(std::uint16_t));
  }
}

void PooledWriter::close() {
  stream_.close();
  if (!stream_) throw Error(file_.string(), "expected to write the pooled frames, got a write error (disk full?)");
}

PooledReader::PooledReader(std::filesystem::path file, int pool)
    : file_(std::move(file)), pool_(pool), stream_(file_, std::ios::binary) {
  if (!stream_) throw Error(file_.string(), "expected the pooled frames written before, got none");
}

bool PooledReader::get(void* data, std::size_t bytes) {
  stream_.read(static_cast<char*>(data), std::streamsize(bytes));
  return std::size_t(stream_.gcount()) == bytes;
}

bool PooledReader::next() {
  Header header;
  if (!get(&header, sizeof(header))) return false;
  state_.resize(std::size_t(header.states));
  joints_.resize(std::size_t(header.joints));
  pictures_.resize(std::size_t(header.cameras));
  views_.resize(std::size_t(header.cameras));
  bool is_whole = get(state_.data(), state_.size() * sizeof(float)) &&
                  get(joints_.data(), joints_.size() * sizeof(float)) &&
                  (header.has_maps == 0 || get(&importance_, sizeof(importance_)));
  for (std::size_t c = 0; is_whole && c < pictures_.size(); ++c) {
    Grid grid;
    is_whole = get(&grid, sizeof(grid));
    sums_.resize(std::size_t(3) * std::size_t(grid.rows) * std::size_t(grid.cols));
    is_whole = is_whole && get(sums_.data(), sums_.size() * sizeof(std::uint16_t));
    if (is_whole) expand(grid.rows, grid.cols, pictures_[c]);
    views_[c] = {pictures_[c].data(), grid.rows * pool_, grid.cols * pool_};
  }
  if (!is_whole) throw Error(file_.string(), "expected whole frames, got the end of the file");
  observation_ = {.cameras = views_, .state = state_, .joints = joints_, .prompt = {}};
  return true;
}

void PooledReader::expand(int rows, int cols, std::vector<std::uint8_t>& picture) {
  const int window = pool_ * pool_;
  const std::size_t row_bytes = std::size_t(3) * std::size_t(cols) * std::size_t(pool_);
  picture.resize(std::size_t(rows) * std::size_t(pool_) * row_bytes);
  const std::size_t cells = std::size_t(rows) * std::size_t(cols);
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      std::array<int, 3> mean, extra;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        const int sum = sums_[channel * cells + std::size_t(row) * std::size_t(cols) + std::size_t(col)];
        mean[channel] = sum / window;
        extra[channel] = sum % window;
      }
      std::uint8_t* out = picture.data() + std::size_t(row * pool_) * row_bytes + std::size_t(3 * col * pool_);
      for (int k = 0; k < window; ++k) {
        std::uint8_t* pixel = out + std::size_t(k / pool_) * row_bytes + std::size_t(3 * (k % pool_));
        for (std::size_t channel = 0; channel < 3; ++channel) {
          pixel[channel] = std::uint8_t(mean[channel] + (k < extra[channel] ? 1 : 0));
        }
      }
    }
  }
}

}  // namespace awd::cli
