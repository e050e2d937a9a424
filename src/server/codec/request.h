// A request of openpi's protocol as one observation of the policy: pictures found, turned and resized, state joined.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "awd/policy.h"
#include "io/image_resize.h"
#include "server/codec/message.h"
#include "server/codec/observation_keys.h"

namespace awd::server {

/// AWD's own names in a request, all optional.
inline constexpr const char* kResetKey = "awd/reset";
inline constexpr const char* kStepKey = "awd/step";
inline constexpr const char* kMasksKey = "awd/robot_masks";

/// What a client says about where in its episode it is.
struct EpisodeHint {
  bool resets = false;                  // awd/reset: a new episode begins with this request
  std::optional<std::uint64_t> seed{};  // .. whose noise has this seed
  std::optional<std::int64_t> step{};   // awd/step: number of this observation in its episode
};

/// Throws awd::Error on values of another type.
EpisodeHint read_hint(const Message& message);

/// Makes observations for one policy. A picture of uint8 [height, width, 3] in the policy's size is not copied. Not
/// thread-safe.
class RequestReader {
 public:
  /// `prompt` stands in for requests without one; "": they are refused.
  RequestReader(PolicyInfo info, ObservationKeys keys, std::string prompt);

  /// Views are valid until the next call and as long as the message's bytes. Pictures are uint8 or floats in [0, 1], of
  /// any size, [height, width, 3] or [3, height, width]. Throws awd::Error naming the key, what was expected and got.
  const Observation& read(const Message& message);

 private:
  ImageView read_picture(const Message& message, std::size_t camera);
  void read_numbers(const Message& message, const std::string& key, std::vector<float>& numbers);
  void read_masks(const Message& message);

  PolicyInfo info_;
  ObservationKeys keys_;
  std::string default_prompt_;
  std::vector<SquareResizer> resizers_;            // by camera
  std::vector<std::vector<std::uint8_t>> pixels_;  // by camera: pictures that had to be turned or converted
  std::vector<ImageView> views_;
  std::vector<RobotMask> masks_;
  std::vector<float> state_, joints_;
  std::string prompt_;
  Observation observation_;
};

}  // namespace awd::server
