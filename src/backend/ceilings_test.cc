// What must hold of ceilings on every machine.
#include "backend/ceilings.h"

#include <gtest/gtest.h>

#include "backend/cpu/product_units.h"

namespace awd {
namespace {

constexpr std::size_t kReadBytes = std::size_t(64) << 20;

TEST(Ceilings, EveryTypeHasOne) {
  const Ceilings ceilings = measure_cpu_ceilings(1, kReadBytes);
  EXPECT_GT(ceilings.f32.giga_ops_per_s, 0);
  EXPECT_FALSE(ceilings.f32.unit.empty());
  EXPECT_GE(ceilings.bf16.giga_ops_per_s, ceilings.f32.giga_ops_per_s);
  EXPECT_GE(ceilings.int8.giga_ops_per_s, ceilings.f32.giga_ops_per_s);
  EXPECT_GT(ceilings.read_gb_per_s, 0);
  EXPECT_EQ(ceilings.read_bytes, kReadBytes);
}

TEST(ProductUnits, AllRunOnThisMachine) {
  bool has_f32 = false;
  for (const cpu::ProductUnit& unit : cpu::product_units()) {
    unit.run(10);  // an instruction that the machine does not have would end the test
    EXPECT_GT(unit.operations_per_turn, 0);
    has_f32 = has_f32 || unit.type == cpu::ProductType::kF32;
  }
  EXPECT_TRUE(has_f32);
}

}  // namespace
}  // namespace awd
