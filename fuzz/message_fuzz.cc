// Any bytes as a request of a policy client: refused with one line, or an observation whose pictures can be read.
#include <numeric>

#include "base/check.h"
#include "io/utf8.h"
#include "server/codec/request.h"
#include "target.h"

namespace {

using namespace awd;

/// Touches everything a view claims to hold.
double read_all(const ImageView& view) {
  const std::size_t bytes = std::size_t(view.height) * std::size_t(view.width) * 3;
  return std::accumulate(view.data, view.data + bytes, 0.0);
}

void check_values(const server::Message& message) {
  for (const auto& [name, value] : message.values()) {
    AWD_CHECK(message.find(name) != nullptr, "a name without a value");
    (void)server::describe(&value);
    const auto* array = std::get_if<server::ArrayView>(&value);
    if (array == nullptr || array->size() == 0) continue;
    (void)array->at(0);
    (void)array->at(array->size() - 1);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const PolicyInfo info{
      .name = "fuzz", .cameras = {"base", "wrist"}, .image_size = 2, .state_dim = 8, .action_dim = 3, .horizon = 6};
  fuzz::read_untrusted([&] {
    const server::Message message = server::Message::parse({data, size});
    check_values(message);
    fuzz::read_untrusted([&] { (void)server::read_hint(message); });
    for (const RobotKind robot : {RobotKind::kLibero, RobotKind::kDroid, RobotKind::kAloha}) {
      server::RequestReader reader(info, server::robot_keys(robot, info.cameras), "go");
      fuzz::read_untrusted([&] {
        const Observation& observation = reader.read(message);
        AWD_CHECK(observation.cameras.size() == 2 && observation.state.size() == 8 && is_utf8(observation.prompt),
                  "not an observation of the policy");
        for (const ImageView& view : observation.cameras) {
          if (!view.empty()) (void)read_all(view);
        }
        for (const RobotMask& mask : observation.robot_masks) AWD_CHECK(!mask.empty(), "a mask without cells");
      });
    }
  });
  return 0;
}
