// What stands in for the gate on a GPU in a build without CUDA.
#include "awd/error.h"
#include "backend/gate_device.h"

namespace awd {

std::unique_ptr<DeviceGate> make_cuda_gate(const DeviceGateOptions&) {
  throw Error("gate", "option gate_device: expected cpu in a build without CUDA, got cuda");
}

bool is_device_memory(const void*) { return false; }

}  // namespace awd
