// The numbers follow what the process does.
#include "io/process_use.h"

#include <gtest/gtest.h>

#include <vector>

namespace awd {
namespace {

TEST(ProcessUse, PeakRemembersReleasedMemory) {
  constexpr std::size_t kBytes = 64 << 20;
  const MemoryUse before = memory_use();
  ASSERT_GT(before.anonymous, 0u);
  ASSERT_GT(before.file, 0u);
  {
    const std::vector<char> block(kBytes, 1);
    EXPECT_GE(memory_use().anonymous, before.anonymous + kBytes / 2) << int(block[kBytes / 2]);
  }
  EXPECT_GE(memory_use().peak, before.anonymous + kBytes / 2);
}

TEST(ProcessUse, AgeGrows) {
  const double age = process_age_ms();
  EXPECT_GE(age, 0);
  EXPECT_LT(age, 1e3 * 3600 * 24) << "milliseconds since this test was started";
  EXPECT_GE(process_age_ms(), age);
}

}  // namespace
}  // namespace awd
