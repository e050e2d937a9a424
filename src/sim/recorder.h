// The recorder: scripted-expert demonstrations into one LIBERO-style HDF5 file. Layout: demonstration.h.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "awd/options.h"

namespace awd::sim {

struct RecordOptions {
  std::string out;
  int episodes = 10;
  std::uint64_t seed = 0;
  std::string tasks = "all";
  std::string scenarios = "clean";
  double perturb = 0.8;
  int size = 224;
  int compress = 0;
  bool labels = true;
  bool shadows = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"out", "", "HDF5 file to write; replaced if it exists"}, out);
    v(Field{"episodes", "", "successful demonstrations to record, tasks in turn", 1, 1e6}, episodes);
    v(Field{"seed", "", "decides layouts, disturbances and scenarios", 0}, seed);
    v(Field{"tasks", "", "all, or task names separated by commas"}, tasks);
    v(Field{"scenarios", "",
            "scenarios separated by commas: half of the demonstrations are clean, the others draw one that makes sense "
            "for their task"},
      scenarios);
    v(Field{"perturb", "", "share of demonstrations that are disturbed; 0 is none", 0, 1}, perturb);
    v(Field{"size", "pixels", "side of the square pictures", 16, 1024}, size);
    v(Field{"compress", "", "gzip level of the pictures; 0 is none and fastest", 0, 9}, compress);
    v(Field{"labels", "", "write what every pixel shows, for analysis; takes longer, training does not need it"},
      labels);
    v(Field{"shadows", "", "draw shadows: slower and other brightness, so keep one setting for a data set"}, shadows);
  }
};

/// Counts so far; `frames` are those of finished demonstrations.
struct RecordProgress {
  int demos = 0;
  std::int64_t frames = 0;
  int attempts = 0;  // demos + dropped failures
};

/// What the recorder calls back; either may be empty, and may throw to end the recording.
struct RecordCallbacks {
  std::function<void()> on_step{};                       // before each control step
  std::function<void(const RecordProgress&)> on_demo{};  // after each finished demonstration
};

/// Records until `episodes` demonstrations have succeeded. The file appears under its name only when complete; after a
/// throw nothing of it stays. Throws awd::Error on unknown tasks or scenarios, no OpenGL, or an unwritable file.
RecordProgress record_demonstrations(const RecordOptions& options, const RecordCallbacks& callbacks);

}  // namespace awd::sim
