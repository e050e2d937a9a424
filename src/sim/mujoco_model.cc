// Compiles the embedded MJCF files from memory and routes MuJoCo's errors and warnings.
#include "sim/mujoco_model.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string_view>

#include "awd/error.h"
#include "base/check.h"

namespace awd::sim_assets {
std::string_view embedded_file(std::string_view name);  // generated from assets/*.xml
}

namespace awd::sim {
namespace {

constexpr std::array<std::string_view, 5> kAssets{"pick_scene.xml", "table.xml", "props.xml", "arm.xml", "hand.xml"};

[[noreturn]] void on_mujoco_error(const char* message) {
  std::fprintf(stderr, "[mujoco] %s\n", message);
  std::abort();
}

/// World::step reads the counters of mjData::warning, so nothing is lost here.
void on_mujoco_warning(const char*) {}

void install_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    AWD_CHECK(mj_version() == mjVERSION_HEADER, "library {} headers {}", mj_version(), mjVERSION_HEADER);
    mju_user_error = on_mujoco_error;
    mju_user_warning = on_mujoco_warning;
  });
}

/// In-memory files for the MJCF compiler; 2 MB, so it lives on the heap.
class VirtualFiles {
 public:
  VirtualFiles() : vfs_(std::make_unique<mjVFS>()) {
    mj_defaultVFS(vfs_.get());
    for (const std::string_view name : kAssets) add(name, sim_assets::embedded_file(name));
  }
  ~VirtualFiles() { mj_deleteVFS(vfs_.get()); }
  VirtualFiles(const VirtualFiles&) = delete;
  VirtualFiles& operator=(const VirtualFiles&) = delete;

  const mjVFS* get() const { return vfs_.get(); }

 private:
  void add(std::string_view name, std::string_view text) {
    AWD_CHECK(!text.empty(), "asset {} is not embedded", name);
    const int failed = mj_makeEmptyFileVFS(vfs_.get(), std::string(name).c_str(), int(text.size()));
    AWD_CHECK(failed == 0, "asset {} code {}", name, failed);
    std::memcpy(vfs_->filedata[vfs_->nfile - 1], text.data(), text.size());
  }

  std::unique_ptr<mjVFS> vfs_;
};

}  // namespace

ModelPtr load_model(const std::string& asset) {
  install_handlers();
  // MuJoCo's XML reader keeps global state.
  static std::mutex reader;
  const std::lock_guard lock(reader);
  const VirtualFiles files;
  std::array<char, 1000> message{};
  ModelPtr model(mj_loadXML(asset.c_str(), files.get(), message.data(), int(message.size())));
  if (!model) throw Error("simulator", "expected a valid scene " + asset + ", got: " + message.data());
  return model;
}

DataPtr make_data(const mjModel& model) {
  DataPtr data(mj_makeData(&model));
  AWD_CHECK(data != nullptr);
  return data;
}

int require_id(const mjModel& model, mjtObj kind, const std::string& name) {
  const int id = mj_name2id(&model, kind, name.c_str());
  AWD_CHECK(id >= 0, "no element named {}", name);
  return id;
}

}  // namespace awd::sim
