// Simulated worlds for use on one thread, kept from one use to the next: making one takes as long as many steps.
#pragma once

#include <memory>
#include <thread>

#include "sim/world.h"

namespace awd::cli {

/// A world of the calling thread, for the time of the lease. Its OpenGL context belongs to that thread, so a lease must
/// end there, too; the world stays for the next lease and ends with the thread.
class ThreadWorld {
 public:
  /// Throws awd::Error where there is no headless OpenGL.
  explicit ThreadWorld(int image_size);
  ~ThreadWorld();
  ThreadWorld(const ThreadWorld&) = delete;
  ThreadWorld& operator=(const ThreadWorld&) = delete;

  sim::World& operator*() const { return *world_; }
  sim::World* operator->() const { return world_.get(); }

 private:
  std::unique_ptr<sim::World> world_;
  std::thread::id thread_ = std::this_thread::get_id();
};

}  // namespace awd::cli
