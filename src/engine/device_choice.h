// The device that engine options ask for, on this machine.
#pragma once

#include <memory>

#include "awd/engine_options.h"

namespace awd {

class Device;

/// What matrices are multiplied in; never kAuto.
EngineDtype chosen_dtype(const EngineOptions& options);

/// True if make_device() finds what it needs on this machine.
bool has_device(EngineBackend backend, EngineDtype dtype);

/// Throws awd::Error for a type that this machine cannot multiply.
std::shared_ptr<const Device> make_device(const EngineOptions& options);

}  // namespace awd
