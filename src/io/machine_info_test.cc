// Every field is filled.
#include "io/machine_info.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(MachineInfo, IsFilled) {
  const MachineInfo info = machine_info();
  EXPECT_GE(info.cores, 1);
  EXPECT_GT(info.memory_bytes, 1u << 20);
  EXPECT_FALSE(info.cpu.empty());
  EXPECT_FALSE(info.os.empty());
  EXPECT_FALSE(info.kernel.empty());
}

}  // namespace
}  // namespace awd
