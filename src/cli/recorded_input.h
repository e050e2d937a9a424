// The one place where the analysis commands open what they read: run directories, LIBERO HDF5 files, LeRobot data sets
// and folders of frames, with the filters of the command line; and the view of a policy on such frames.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "awd/engine.h"
#include "awd/options.h"
#include "cli/run_recording.h"
#include "io/recording.h"
#include "io/recordings/stored_order.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own name
class App;
}

namespace awd::cli {

struct InputOptions {
  std::string input{};
  std::string arm{};
  std::string tasks = "all";
  int episodes = 0;
  std::string cameras{};
  StoredOrder image_order = StoredOrder::kAuto;

  template <class V>
  void visit(V&& v) {
    v(Field{"input", "PATH",
            "run directory of awd eval, LIBERO or robomimic .hdf5, LeRobot data set, or folder of PNG frames"},
      input);
    v(Field{"arm", "A,B,...", "arms to read; only for run directories; absent: all of them"}, arm);
    v(Field{"tasks", "all|T,...", "tasks to read, separated by commas"}, tasks);
    v(Field{"episodes", "", "first episodes of every arm, scenario and task; 0 is all", 0, 1e9}, episodes);
    v(Field{"cameras", "A,B,...",
            "cameras to read, in the order in which the policy wants them; absent: all, matched by name where all "
            "names "
            "agree, else by position"},
      cameras);
    v(Field{"image_order", "",
            "how an HDF5 file stores pictures: auto (as it says itself), top_down, bottom_up or rotated_180; only for "
            "HDF5"},
      image_order);
  }
};

/// Adds the positional argument `input` and one option per other field; `options` must outlive `app`.
void add_input_options(CLI::App& app, InputOptions& options);

/// Opens `options.input` and applies the filters: info() and episodes() name only what shall be read. A directory with
/// run.json is a run directory (run_recording.h), one with meta/info.json a LeRobot data set, any other directory a
/// folder of frames; a file ending in .hdf5, .h5 or .hdf is a LIBERO file.
/// Throws awd::Error where there is no such input, and where nothing is left to read, naming what there is.
std::unique_ptr<Recording> open_input(const InputOptions& options, WithLabels labels = WithLabels::kNo);

/// The frames of a recording as a policy wants them. Not thread-safe: one per thread.
class PolicyView {
 public:
  /// Matches cameras by name where the policy's names are all in the recording and `options.cameras` is empty, else by
  /// position; cameras that the policy has no use for are left out. Throws awd::Error (expected, got) where there are
  /// too few cameras or the state has another length.
  PolicyView(const RecordingInfo& recording, const EngineInfo& policy, const InputOptions& options = {});
  ~PolicyView();
  PolicyView(PolicyView&&) noexcept;
  PolicyView& operator=(PolicyView&&) noexcept;

  /// Index into RecordingInfo::cameras (and RecordedFrame::labels) of every camera of the policy.
  const std::vector<int>& cameras() const;
  /// The frame as an observation: pictures resized with black borders to the policy's size where theirs differs. Robot
  /// masks are left out for pictures that are not square. Views are valid until the next call or the frame's end.
  Observation observe(const RecordedFrame& frame, std::string_view prompt);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd::cli
