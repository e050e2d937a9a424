// Reads the gripper from actions or fingers and widens every switch to a window of frames.
#include "analysis/drift/key_actions.h"

#include <algorithm>
#include <cmath>

namespace awd {
namespace {

constexpr float kHalfCommand = 0.5f;                     // of commands between 0 and 1
constexpr float kClosedShare = 0.6f, kOpenShare = 0.8f;  // of the widest opening; apart, so that noise cannot switch
constexpr int kFingers = 2;

}  // namespace

std::string_view grip_phase(Grip grip) {
  switch (grip) {
    case Grip::kOpen:
      return "open";
    case Grip::kClosed:
      return "closed";
    case Grip::kUnknown:
      break;
  }
  return "";
}

void GripWatch::reset() { *this = GripWatch(gripper_index_); }

Grip GripWatch::next(const RecordedFrame& frame) {
  if (!frame.action.empty()) {
    last_ = by_command(frame.action.back());
  } else if (int(frame.state.size()) >= gripper_index_ + kFingers) {
    const auto fingers = frame.state.subspan(std::size_t(gripper_index_), kFingers);
    last_ = by_opening(std::abs(fingers[0]) + std::abs(fingers[1]));
  } else {
    last_ = Grip::kUnknown;
  }
  return last_;
}

Grip GripWatch::by_command(float command) {
  has_negative_ = has_negative_ || command < 0;
  return command > (has_negative_ ? 0.0f : kHalfCommand) ? Grip::kClosed : Grip::kOpen;
}

Grip GripWatch::by_opening(float opening) {
  widest_ = std::max(widest_, opening);
  if (opening < kClosedShare * widest_) return Grip::kClosed;
  if (opening > kOpenShare * widest_) return Grip::kOpen;
  return last_;
}

std::vector<bool> key_frames(std::span<const Grip> grips, int window) {
  const int count = int(grips.size());
  std::vector<bool> is_key(grips.size(), false);
  for (int i = 1; i < count; ++i) {
    const Grip before = grips[std::size_t(i - 1)], now = grips[std::size_t(i)];
    if (before == now || before == Grip::kUnknown || now == Grip::kUnknown) continue;
    const int first = std::max(i - window, 0), last = std::min(i + window, count - 1);
    std::fill(is_key.begin() + first, is_key.begin() + last + 1, true);
  }
  return is_key;
}

}  // namespace awd
