// Reads the frames of one episode of a LeRobot data set: rows of its table, pictures of its videos or of the table.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/image.h"
#include "io/parquet/parquet_table.h"
#include "io/recording.h"
#include "io/recordings/lerobot_episodes.h"
#include "io/video_reader.h"

namespace awd::internal {

class LerobotFrames : public EpisodeReader {
 public:
  /// Opens the table and starts one decoder per video. Both arguments must outlive the reader.
  LerobotFrames(const LerobotInfo& info, const LerobotEpisode& episode);
  bool next(RecordedFrame& frame) override;

 private:
  void open_rows();
  void open_videos();
  void check_row() const;
  /// The cell of `column` as a vector of `length` finite numbers.
  std::span<const float> checked_vector(std::size_t column, const char* name, int length) const;
  ImageView next_picture(std::size_t camera);
  [[noreturn]] void fail(const std::string& what) const;

  const LerobotInfo& info_;
  const LerobotEpisode& episode_;
  std::unique_ptr<ParquetTable> table_;
  std::unique_ptr<RowReader> rows_;
  std::vector<std::unique_ptr<VideoReader>> videos_;  // one per camera; none where the table has the pictures
  std::vector<Image> pictures_;                       // one per camera, of the present frame, if out of the table
  std::vector<std::size_t> picture_columns_;          // one per camera; 0 for a video
  std::vector<ImageView> views_;
  int step_ = 0;
};

}  // namespace awd::internal
