// Key actions of a recording: the frames around a switch of the gripper, and phases by the gripper where the recording
// names none.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "io/recording.h"

namespace awd {

/// What the gripper is told to do, or, without actions, what its fingers do.
enum class Grip : std::uint8_t { kUnknown, kOpen, kClosed };

/// "", "open" or "closed": the phase of a frame where the recording knows no better one.
std::string_view grip_phase(Grip grip);

/// Follows the gripper through one episode, frame by frame. Not thread-safe.
class GripWatch {
 public:
  /// `gripper_index`: first of the two state values that are the fingers; read only where no actions are recorded.
  explicit GripWatch(int gripper_index = 6) : gripper_index_(gripper_index) {}
  /// Starts an episode.
  void reset();
  /// The gripper at the next frame. By the last number of the action: closed where it is positive (in data that knows
  /// no negative command, 0 .. 1: above one half). Without actions by the finger opening: closed once it falls below
  /// 60 % of the largest one so far, open again above 80 %. Unknown where the frame has neither.
  Grip next(const RecordedFrame& frame);

 private:
  Grip by_command(float command);
  Grip by_opening(float opening);

  int gripper_index_;
  bool has_negative_ = false;  // commands below zero exist
  float widest_ = 0;           // opening, in units of the state
  Grip last_ = Grip::kUnknown;
};

/// For every frame whether it is at most `window` frames away from one at which the gripper switches.
std::vector<bool> key_frames(std::span<const Grip> grips, int window);

}  // namespace awd
