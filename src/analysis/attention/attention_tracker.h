// Follows one episode frame by frame and makes one row of numbers per frame that was looked at. What an attended region
// covers is known only when later frames have been seen.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention/attention_maps.h"
#include "analysis/attention/attention_stats.h"

namespace awd {

/// How many frames ahead the target's place is compared with an attended region.
inline constexpr std::array<int, 4> kLookAhead{1, 5, 10, 20};

/// Which part of the target is asked for: all of it, or only where it was not at the frame that was looked at.
enum class TargetPart { kAll, kNew };
inline constexpr int kTargetPartCount = 2;
inline constexpr std::array<std::string_view, kTargetPartCount> kTargetPartWords{"all", "new"};

inline constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

struct RegionCoverage {
  double area = kNotKnown;  // share of the cells
  /// [TargetPart][kLookAhead] share of the target in the region, 0 .. 1; NaN where the target is not in sight, has not
  /// moved (kNew), or the episode ends before.
  std::array<std::array<double, kLookAhead.size()>, kTargetPartCount> covered{};
};

struct CameraAttention {
  double share = kNotKnown;  // of the attention to the patches of all cameras; NaN where not known
  FocusStats focus{};
  std::optional<LabelShares> labels{};
  std::array<RegionCoverage, kAttendedRegionCount> regions{};  // by AttendedRegion
};

/// Focus, share and labels of one camera; regions stay unknown. `labels` may be empty.
CameraAttention describe_camera(const AttentionMaps& maps, std::size_t camera, const LabelView& labels);

/// One frame that was looked at.
struct AttentionRow {
  int episode = 0;  // index
  int step = 0;
  std::string phase;               // "" where not known
  double image_share = kNotKnown;  // see AttentionMaps
  std::vector<CameraAttention> cameras;
};

/// One camera's map on the gate's grid, before and after dilation; [side, side].
struct GateMap {
  std::vector<float> map;
  std::vector<float> dilated;
};

/// Not thread-safe: one per episode.
class AttentionTracker {
 public:
  /// `side` is that of the gate's grid.
  AttentionTracker(int episode, int side) : episode_(episode), side_(side) {}

  /// What look() is told of the frame.
  struct Look {
    std::string_view phase;
    const AttentionMaps& maps;
    std::span<const GateMap> gate_maps;  // one per camera
  };

  /// The next frame of the episode, looked at or not. `labels`: one per camera of the maps, or empty.
  void see(int step, std::span<const LabelView> labels);
  /// The frame just seen was looked at.
  void look(const Look& look);
  /// All rows, by step; the tracker is at its end.
  std::vector<AttentionRow> finish() { return std::move(rows_); }

 private:
  /// A looked-at frame whose coverage is not complete.
  struct Pending {
    std::size_t row = 0;
    std::vector<std::array<CellFlags, kAttendedRegionCount>> regions;  // by camera
    std::vector<std::vector<float>> target;                            // by camera, at the frame
  };
  void compare(const Pending& pending, std::size_t ahead);

  int episode_;
  int side_;
  int step_ = 0;                            // of the frame seen last
  std::vector<LabelView> labels_;           // of it
  std::vector<std::vector<float>> target_;  // [camera][side * side] of it
  std::vector<Pending> pending_;
  std::vector<AttentionRow> rows_;
};

}  // namespace awd
