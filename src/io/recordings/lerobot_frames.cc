// Row and pictures of a frame are matched by their order; the row's own numbers are checked against it.
#include "io/recordings/lerobot_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"

namespace awd::internal {
namespace {

enum FrameColumn : std::size_t { kFrameIndex, kEpisodeIndex, kTimestamp, kState, kAction };

constexpr int kBatchRows = 256;
constexpr int kBatchRowsWithPictures = 8;  // 640 x 480 PNGs of two cameras: 8 MB
constexpr double kFpsTolerance = 0.01;     // relative; a container rounds its frame rate

RowRequest columns_of(const LerobotInfo& info, std::int64_t first_row) {
  RowRequest request{.columns = {{"frame_index", ColumnKind::kInteger},
                                 {"episode_index", ColumnKind::kInteger},
                                 {"timestamp", ColumnKind::kNumber},
                                 {kStateFeature, ColumnKind::kNumbers}},
                     .first_row = first_row,
                     .batch_rows = kBatchRows};
  if (info.action_dim > 0) request.columns.push_back({kActionFeature, ColumnKind::kNumbers});
  for (const LerobotCamera& camera : info.cameras) {
    if (camera.is_video) continue;
    request.columns.push_back({camera.key, ColumnKind::kStoredFile});
    request.batch_rows = kBatchRowsWithPictures;
  }
  return request;
}

/// Row of `table` that holds frame `frame` of the data set, whose frames are numbered without gaps within a file.
std::int64_t row_of_frame(const ParquetTable& table, std::int64_t frame) {
  const auto rows = table.read({.columns = {{"index", ColumnKind::kInteger}}, .batch_rows = 1});
  return rows->next() ? frame - rows->integer(0) : 0;
}

}  // namespace

LerobotFrames::LerobotFrames(const LerobotInfo& info, const LerobotEpisode& episode)
    : info_(info), episode_(episode), pictures_(info.cameras.size()), views_(info.cameras.size()) {
  std::size_t column = info.action_dim > 0 ? kAction + 1 : kAction;
  for (const LerobotCamera& camera : info.cameras) picture_columns_.push_back(camera.is_video ? 0 : column++);
  open_rows();
  open_videos();
}

void LerobotFrames::fail(const std::string& what) const {
  throw Error(episode_.table.string(), fmt::format("episode {}, frame {}: {}", episode_.index, step_, what));
}

void LerobotFrames::open_rows() {
  table_ = open_parquet(episode_.table);
  const std::int64_t count = table_->row_count();
  std::int64_t first_row = 0;
  if (info_.version == LerobotVersion::kV30) {
    first_row = row_of_frame(*table_, episode_.first_frame);
    if (first_row < 0 || first_row + episode_.frames > count) {
      fail(fmt::format("expected rows {} to {}, got a table of {}", first_row, first_row + episode_.frames, count));
    }
  } else if (count != episode_.frames) {
    fail(fmt::format("expected {} rows, got {}", episode_.frames, count));
  }
  rows_ = table_->read(columns_of(info_, first_row));
}

void LerobotFrames::open_videos() {
  for (const LerobotVideo& video : episode_.videos) {
    auto& reader = videos_.emplace_back();
    if (video.file.empty() || episode_.frames == 0) continue;
    reader = std::make_unique<VideoReader>(video.file,
                                           VideoReader::Options{.start_s = video.start_s, .frames = episode_.frames});
    if (std::abs(reader->info().fps / info_.fps - 1) > kFpsTolerance) {
      throw Error(video.file.string(), fmt::format("expected {} frames per second as in meta/info.json, got {}",
                                                   info_.fps, reader->info().fps));
    }
  }
}

void LerobotFrames::check_row() const {
  if (rows_->integer(kEpisodeIndex) != episode_.index || rows_->integer(kFrameIndex) != step_) {
    fail(fmt::format("expected its row, got that of episode {}, frame {}", rows_->integer(kEpisodeIndex),
                     rows_->integer(kFrameIndex)));
  }
  const double expected_s = step_ / info_.fps;
  // Written so that NaN fails too.
  if (!(std::abs(rows_->number(kTimestamp) - expected_s) < 0.5 / info_.fps)) {
    fail(fmt::format("column \"timestamp\": expected {:.3f} s at {} frames per second, got {}", expected_s, info_.fps,
                     rows_->number(kTimestamp)));
  }
}

std::span<const float> LerobotFrames::checked_vector(std::size_t column, const char* name, int length) const {
  const std::span<const float> values = rows_->numbers(column);
  if (values.size() != std::size_t(length)) {
    fail(fmt::format("column \"{}\": expected {} numbers, got {}", name, length, values.size()));
  }
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad != values.end()) {
    fail(fmt::format("column \"{}\": expected finite numbers, got {} at {}", name, *bad, bad - values.begin()));
  }
  return values;
}

ImageView LerobotFrames::next_picture(std::size_t camera) {
  if (videos_[camera] != nullptr) return videos_[camera]->next();
  const StoredFile stored = rows_->stored_file(picture_columns_[camera]);
  const std::string& key = info_.cameras[camera].key;
  if (stored.bytes.empty()) {
    fail(fmt::format("column \"{}\": expected the bytes of a PNG file, got only its name \"{}\"", key, stored.path));
  }
  pictures_[camera] = decode_png(stored.bytes, fmt::format("{}, episode {}, frame {}, column \"{}\"",
                                                           episode_.table.string(), episode_.index, step_, key));
  return pictures_[camera].view();
}

bool LerobotFrames::next(RecordedFrame& frame) {
  if (step_ == episode_.frames) return false;
  if (!rows_->next()) fail("expected a row, got the end of the table");
  check_row();
  for (std::size_t i = 0; i < views_.size(); ++i) views_[i] = next_picture(i);
  frame = {.step = step_,
           .cameras = views_,
           .state = checked_vector(kState, kStateFeature, info_.state_dim),
           .joints = {},
           .action = {},
           .phase = {},
           .event = {},
           .labels = {},
           .robot_masks = {}};
  if (info_.action_dim > 0) frame.action = checked_vector(kAction, kActionFeature, info_.action_dim);
  ++step_;
  return true;
}

}  // namespace awd::internal
