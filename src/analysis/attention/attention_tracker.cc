// Keeps the regions of the last frames until the frames they are compared with have come.
#include "analysis/attention/attention_tracker.h"

#include <algorithm>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kLeastTarget = 0.25;  // cells of the target that must be in sight to be compared
constexpr double kLeastNew = 1.0;      // cells that it must have moved on to; less is its own jitter and shadow

RegionCoverage unknown_coverage(double area) {
  RegionCoverage coverage{.area = area};
  for (auto& part : coverage.covered) part.fill(kNotKnown);
  return coverage;
}

}  // namespace

CameraAttention describe_camera(const AttentionMaps& maps, std::size_t camera, const LabelView& labels) {
  const PatchMap& map = maps.cameras.at(camera);
  CameraAttention attention{.focus = focus_stats(map)};
  if (maps.is_joint) attention.share = attention.focus.mean * kMapCells;
  if (!labels.empty()) attention.labels = label_shares(map, label_grid(labels, kPatchGrid));
  return attention;
}

void AttentionTracker::see(int step, std::span<const LabelView> labels) {
  step_ = step;
  labels_.assign(labels.begin(), labels.end());
  target_.clear();
  for (const LabelView& view : labels_) {
    target_.push_back(view.empty() ? std::vector<float>{} : label_grid(view, side_).of(SceneLabel::kTarget));
  }
  for (const Pending& pending : pending_) {
    const int passed = step_ - rows_[pending.row].step;
    const auto ahead = std::ranges::find(kLookAhead, passed);
    if (ahead != kLookAhead.end()) compare(pending, std::size_t(ahead - kLookAhead.begin()));
  }
  std::erase_if(pending_,
                [this](const Pending& pending) { return step_ - rows_[pending.row].step >= kLookAhead.back(); });
}

void AttentionTracker::compare(const Pending& pending, std::size_t ahead) {
  std::vector<CameraAttention>& cameras = rows_[pending.row].cameras;
  for (std::size_t c = 0; c < std::min(cameras.size(), target_.size()); ++c) {
    if (target_[c].empty() || pending.target[c].empty()) continue;
    const std::vector<float> fresh = newly_covered(pending.target[c], target_[c]);
    for (std::size_t r = 0; r < kAttendedRegionCount; ++r) {
      auto& covered = cameras[c].regions[r].covered;
      covered[std::size_t(TargetPart::kAll)][ahead] = coverage(pending.regions[c][r], target_[c], kLeastTarget);
      covered[std::size_t(TargetPart::kNew)][ahead] = coverage(pending.regions[c][r], fresh, kLeastNew);
    }
  }
}

void AttentionTracker::look(const Look& look) {
  const std::vector<PatchMap>& maps = look.maps.cameras;
  AWD_CHECK(look.gate_maps.size() == maps.size() && (labels_.empty() || labels_.size() == maps.size()));
  AttentionRow row{.episode = episode_,
                   .step = step_,
                   .phase = std::string(look.phase),
                   .image_share = look.maps.image_share,
                   .cameras = {}};
  Pending pending{.row = rows_.size(), .regions = {}, .target = target_};
  pending.target.resize(maps.size());
  for (std::size_t c = 0; c < maps.size(); ++c) {
    CameraAttention camera = describe_camera(look.maps, c, labels_.empty() ? LabelView{} : labels_[c]);
    auto& regions = pending.regions.emplace_back();
    for (std::size_t r = 0; r < kAttendedRegionCount; ++r) {
      regions[r] = attended_region(AttendedRegion(r), look.gate_maps[c].map, look.gate_maps[c].dilated);
      camera.regions[r] = unknown_coverage(area_share(regions[r]));
    }
    row.cameras.push_back(camera);
  }
  rows_.push_back(std::move(row));
  pending_.push_back(std::move(pending));
}

}  // namespace awd
