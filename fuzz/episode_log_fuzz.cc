// Any bytes as a run directory's two logs: both readers agree on what they hold, and a repaired log can be read.
#include <array>
#include <filesystem>

#include "base/check.h"
#include "io/episode_log.h"
#include "target.h"

namespace awd::fuzz {
namespace {

constexpr std::array<std::string_view, 2> kFiles = {kEpisodesFile, kStepsFile};

void read_by_index(const std::string& folder) {
  EpisodeLogIndex index(folder);
  for (std::size_t i = 0; i < index.episodes().size(); ++i) {
    AWD_CHECK(int(index.read_steps(i).size()) == index.episodes()[i].steps || !index.has_steps());
  }
}

}  // namespace
}  // namespace awd::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  const auto write = [](const fuzz::InputFolder& to, const fuzz::InputPart& part) { to.write(part.name, part.bytes); };
  const fuzz::InputFolder& folder = fuzz::fresh_folder({data, size}, fuzz::kFiles, write);

  fuzz::read_untrusted([&] {
    read_episode_log(folder.path(), [](const EpisodeLog& episode, std::span<const StepLog> steps) {
      AWD_CHECK(int(steps.size()) == episode.steps);
    });
  });
  fuzz::read_untrusted([&] { fuzz::read_by_index(folder.path()); });
  fuzz::read_untrusted([&] { repair_episode_log(folder.path()); });
  fuzz::read_untrusted([&] { fuzz::read_by_index(folder.path()); });
  return 0;
}
