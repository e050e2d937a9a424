// MuJoCo's model and data behind RAII, loaded from the MJCF files compiled into the binary.
#pragma once

#include <mujoco/mujoco.h>

#include <memory>
#include <string>

namespace awd::sim {

struct ModelDeleter {
  void operator()(mjModel* model) const { mj_deleteModel(model); }
};
struct DataDeleter {
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using ModelPtr = std::unique_ptr<mjModel, ModelDeleter>;
using DataPtr = std::unique_ptr<mjData, DataDeleter>;

/// Compiles an embedded MJCF file (with its includes). Also routes MuJoCo's errors to one line on stderr and abort(),
/// because its own handler waits for a key. Thread-safe. Throws awd::Error on an MJCF error.
ModelPtr load_model(const std::string& asset);

DataPtr make_data(const mjModel& model);

/// Id of a named element. Aborts where the MJCF has none: names and assets belong together.
int require_id(const mjModel& model, mjtObj kind, const std::string& name);

}  // namespace awd::sim
