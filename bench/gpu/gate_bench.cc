// Latency of the gate's picture signals on a CUDA device, against the gate on one CPU thread: from pictures that lie on
// the device, and from host pictures, to numbers on the host. Before anything is timed the device's drifts must be the
// CPU's: equal bits expected, a relative difference above 1e-6 ends the program.
//   gpu_gate_bench [calls] [file.json]
#include <cuda_runtime.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "awd/gate.h"
#include "backend/cuda/gate/cuda_gate.h"
#include "gate/importance_weight.h"
#include "gate/patch_grid.h"
#include "gate/pooling.h"
#include "gate/weighted_drift.h"
#include "gate_scenes.h"

namespace awd {
namespace {

using cuda::CudaGate;

/// The CPU's anchor of one camera, as set_anchor() makes it.
Anchor::Camera cpu_anchor(const ImageView& view, const ImportanceMaps& maps, int c, int pool, int dilation) {
  Anchor::Camera camera;
  pool_picture(view, pool, camera.pooled);
  importance_weight(maps.map[std::size_t(c)], view.height / pool, view.width / pool, dilation, camera.weight);
  return camera;
}

/// Largest relative difference between device and CPU over pools, dilations and scenes; ends the program if too large.
double check_answers(const Scenes& scenes) {
  double worst = 0;
  int equal = 0, all = 0;
  const ImportanceMaps maps = maps_of(2);
  for (const int pool : {1, 4, 7, 8, 14, 28}) {
    for (const int dilation : {1, 5}) {
      CudaGate gate({.cameras = 2, .pool = pool, .dilation = dilation, .patch_cameras = kAllCameras});
      gate.look(scenes.pictures(0, 2, scenes.device.get()));
      gate.hold(maps);
      for (int scene = 0; scene < kScenes; ++scene) {
        gate.look(scenes.pictures(scene, 2, scene % 2 == 0 ? scenes.device.get() : nullptr));
        const auto signals = gate.signals();
        for (int c = 0; c < 2; ++c) {
          const auto& host = scenes.host;
          const ImageView& now = host[std::size_t(scene)]->views[std::size_t(c)];
          const CameraDrift drift = camera_drift(
              now, cpu_anchor(host[0]->views[std::size_t(c)], maps, c, pool, dilation), pool, PixelRange::kUnit);
          const PictureSignals& got = signals[std::size_t(c)];
          const double pairs[][2] = {{got.raw_drift, drift.raw},
                                     {got.weighted_drift, drift.weighted},
                                     {got.local_outlier, drift.largest_cell}};
          for (const auto& [device, cpu] : pairs) {
            const double error = device == cpu ? 0 : std::abs(device - cpu) / std::abs(cpu);
            worst = std::isnan(device) ? INFINITY : std::max(worst, error);
            equal += device == cpu;
            ++all;
          }
          PatchColours patches;
          pool_patches(now, patches);
          if (patches != got.patches) worst = INFINITY;
        }
      }
    }
  }
  fmt::print("parity: {} of {} drifts have the CPU's bits, largest relative difference {:.1e}\n", equal, all, worst);
  if (worst < 1e-6) return worst;
  fmt::print(stderr, "gpu_gate_bench: expected the CPU's drifts within 1e-6, got {:.1e}\n", worst);
  std::exit(1);
}

/// The CPU's work on the same pictures.
Percentiles time_cpu(const Scenes& scenes, int cameras, int calls) {
  const ImportanceMaps maps = maps_of(cameras);
  std::vector<Anchor::Camera> anchors;
  for (int c = 0; c < cameras; ++c) {
    anchors.push_back(cpu_anchor(scenes.host[0]->views[std::size_t(c % 2)], maps, c, 8, 5));
  }
  volatile double sink = 0;
  return time_calls(calls, [&](int i) {
    for (int c = 0; c < cameras; ++c) {
      const ImageView& view = scenes.host[std::size_t(i % kScenes)]->views[std::size_t(c % 2)];
      sink = sink + camera_drift(view, anchors[std::size_t(c)], 8, PixelRange::kUnit).weighted;
    }
  });
}

/// Whole decisions of a gate as the runtime makes them, with no rule firing: signals of the pictures, then decide().
class Decisions {
 public:
  Decisions(const Scenes& scenes, const GateOptions& options) : scenes_(scenes), options_(options) {
    std::fill_n(shares_.begin(), kPatchCells / 6, std::uint8_t(255));
    for (const bool is_device : {false, true}) {
      const auto signals = is_device ? look(scenes.pictures(0, 2, scenes.device.get())) : Signals{};
      set_anchor(frame(0, 0, signals), maps_of(2), options, is_device ? device_anchor_ : anchor_);
    }
    gate_.hold(maps_of(2));
  }
  Decision on_cpu(int i) { return decide(frame(i, kAge, {}), anchor_, options_, memory_); }
  Decision on_device(int i, std::span<const DevicePicture> pictures) {
    return decide(frame(i, kAge, look(pictures)), device_anchor_, options_, device_memory_);
  }

 private:
  using Signals = std::span<const PictureSignals>;
  static constexpr int kActionDim = 7, kHorizon = 20, kAge = 10;

  Signals look(std::span<const DevicePicture> pictures) {
    gate_.look(pictures);
    return gate_.signals();
  }
  Frame frame(int scene, int age, Signals signals) const {
    const std::span<const float> chunk = actions_;
    return {.cameras = scenes_.host[std::size_t(scene % kScenes)]->views,
            .state = state_,
            .joints = joints_,
            .age = age,
            .robot_masks = masks_,
            .executed = chunk.first(std::size_t(age) * kActionDim),
            .planned = chunk.subspan(std::size_t(age) * kActionDim),
            .action_dim = kActionDim,
            .signals = signals};
  }

  const Scenes& scenes_;
  GateOptions options_;
  CudaGate gate_{{.cameras = 2, .patch_cameras = options_.kind == GateKind::kSignals ? 1u : 0u}};
  std::vector<float> state_ = std::vector<float>(8, 0.5f), joints_ = std::vector<float>(7, 0.5f);
  std::vector<float> actions_ = std::vector<float>(kActionDim * kHorizon, 0.0f);
  std::array<std::uint8_t, kPatchCells> shares_{};
  std::array<RobotMask, 2> masks_{RobotMask{shares_.data()}, RobotMask{shares_.data()}};
  Anchor anchor_, device_anchor_;
  GateState memory_, device_memory_;
};

struct Row {
  std::string name;
  int cameras;
  Percentiles us;
};

/// Decisions of one gate from all sides; the same reasons are expected of all.
void time_decisions(const Scenes& scenes, const std::string& name, const GateOptions& options, int calls,
                    std::vector<Row>& rows) {
  Decisions decisions(scenes, options);
  std::vector<std::vector<DevicePicture>> on_device, on_host;
  for (int i = 0; i < kScenes; ++i) {
    on_device.push_back(scenes.pictures(i, 2, scenes.device.get()));
    on_host.push_back(scenes.pictures(i, 2, nullptr));
  }
  for (int i = 0; i < 2 * kScenes; ++i) {
    const Reason cpu = decisions.on_cpu(i).reason;
    const Reason device = decisions.on_device(i, on_device[std::size_t(i % kScenes)]).reason;
    if (cpu == device) continue;
    fmt::print(stderr, "gpu_gate_bench: {}: expected {} as on the CPU, got {}\n", name, word_of(cpu), word_of(device));
    std::exit(1);
  }
  const auto decide_on = [&](const auto& pictures) {
    return [&](int i) { (void)decisions.on_device(i, pictures[std::size_t(i % kScenes)]); };
  };
  rows.push_back({name + ", device pictures", 2, time_calls(calls, decide_on(on_device))});
  rows.push_back({name + ", host pictures", 2, time_calls(calls, decide_on(on_host))});
  rows.push_back({name + ", CPU", 2, time_calls(calls, [&](int i) { (void)decisions.on_cpu(i); })});
}

/// Attention rows of a pi0.5 query, [4 layers, 256 * cameras + 21]; the values do not matter.
struct Attention {
  explicit Attention(int cameras)
      : cols(256 * cameras + 21), memory(cuda::make_device_array<float>(4 * std::size_t(cols))) {}
  Tensor tensor() const { return {memory.get(), 4, cols, cols, DType::kF32}; }
  int cols;
  cuda::DeviceArray<float> memory;
};

/// All ways of one number of cameras.
void time_cameras(const Scenes& scenes, int cameras, int calls, std::vector<Row>& rows) {
  const auto add = [&](const char* name, auto&& work) { rows.push_back({name, cameras, time_calls(calls, work)}); };
  std::vector<std::vector<DevicePicture>> on_device, pinned, on_host;
  for (int i = 0; i < kScenes; ++i) {
    on_device.push_back(scenes.pictures(i, cameras, scenes.device.get()));
    pinned.push_back(scenes.pictures(i, cameras, scenes.pinned.get()));
    on_host.push_back(scenes.pictures(i, cameras, nullptr));
  }
  for (const bool patches : {false, true}) {
    CudaGate gate({.cameras = cameras, .patch_cameras = patches ? kAllCameras : 0});
    gate.look(on_device[0]);
    gate.hold(maps_of(cameras));
    gate.importance();
    const auto look = [&gate](const auto& pictures) {
      return [&gate, &pictures](int i) {
        gate.look(pictures[std::size_t(i % kScenes)]);
        gate.signals();
      };
    };
    add(patches ? "device pictures, with patches" : "device pictures", look(on_device));
    if (patches) continue;
    add("pinned host pictures", look(pinned));
    add("host pictures", look(on_host));
    const Attention attention(cameras);
    add("look + hold attention + maps", [&](int i) {
      gate.look(on_device[std::size_t(i % kScenes)]);
      gate.hold_attention(attention.tensor());
      gate.importance();
    });
  }

  // The other way to take host pictures: copied to pinned memory, then by the copy engine.
  const cuda::Stream stream = cuda::make_urgent_stream();
  const auto staging = cuda::make_mapped_array<std::uint8_t>(std::size_t(cameras) * kBytes);
  const auto copies = cuda::make_device_array<std::uint8_t>(std::size_t(cameras) * kBytes);
  CudaGate gate({.cameras = cameras}, stream.get());
  std::vector<DevicePicture> copied;
  for (int c = 0; c < cameras; ++c) {
    copied.push_back(device_picture(copies.get() + std::size_t(c) * kBytes, kTestSide, kTestSide));
  }
  gate.look(on_device[0]);
  gate.hold(maps_of(cameras));
  add("host pictures, copy engine", [&](int i) {
    for (int c = 0; c < cameras; ++c) {
      std::copy_n(on_host[std::size_t(i % kScenes)][std::size_t(c)].data, kBytes,
                  staging.get() + std::size_t(c) * kBytes);
    }
    AWD_CUDA(cudaMemcpyAsync(copies.get(), staging.get(), std::size_t(cameras) * kBytes, cudaMemcpyHostToDevice,
                             stream.get()));
    gate.look(copied);
    gate.signals();
  });
  rows.push_back({"CPU gate", cameras, time_cpu(scenes, cameras, calls)});
}

void write_json(const std::string& path, double worst, int calls, const std::vector<Row>& rows) {
  std::ofstream file(path);
  file << fmt::format("{{\"calls\": {}, \"largest_relative_difference\": {}, \"latency_us\": [\n", calls, worst);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    file << fmt::format(R"(  {{"path": "{}", "cameras": {}, "p50": {:.2f}, "p99": {:.2f}, "max": {:.2f}}}{})", row.name,
                        row.cameras, row.us.p50, row.us.p99, row.us.max, i + 1 < rows.size() ? ",\n" : "\n");
  }
  file << "]}\n";
}

int run(int argc, char** argv) {
  const int calls = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1000;
  const double worst = check_answers(Scenes(true));
  const Scenes scenes(false);
  std::vector<Row> rows;
  for (const int cameras : {2, 3}) time_cameras(scenes, cameras, calls, rows);
  time_decisions(scenes, "decision awd", {.state_threshold = 1e9, .drift_threshold = 1e9}, calls, rows);
  time_decisions(scenes, "decision awd-guarded", recommended_guard(), calls, rows);
  fmt::print("{:<34}{:>8}{:>10}{:>10}{:>10}  (us, {} calls)\n", "", "cameras", "p50", "p99", "max", calls);
  for (const Row& row : rows) {
    fmt::print("{:<34}{:>8}{:>10.1f}{:>10.1f}{:>10.1f}\n", row.name, row.cameras, row.us.p50, row.us.p99, row.us.max);
  }
  if (argc > 2) write_json(argv[2], worst, calls, rows);
  return 0;
}

}  // namespace
}  // namespace awd

int main(int argc, char** argv) {
  return awd::main_of("gpu_gate_bench", [&] { return awd::run(argc, argv); });
}
