// One idle world per thread: readers come one after another, and more at a time are rare.
#include "cli/thread_world.h"

#include <utility>

#include "base/check.h"

namespace awd::cli {
namespace {

thread_local std::unique_ptr<sim::World> idle_world;

}  // namespace

ThreadWorld::ThreadWorld(int image_size) {
  if (idle_world && idle_world->options().image_size == image_size) {
    world_ = std::exchange(idle_world, nullptr);
  } else {
    world_ = std::make_unique<sim::World>(sim::WorldOptions{.image_size = image_size});
  }
}

ThreadWorld::~ThreadWorld() {
  AWD_CHECK(thread_ == std::this_thread::get_id(), "a world of another thread");
  idle_world = std::move(world_);
}

}  // namespace awd::cli
