// Children: success, failure, complaints, streams, abandonment.
#include "io/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <string>

#include "awd/error.h"

namespace awd {
namespace {

ChildProcess shell(const std::string& script) { return ChildProcess({"sh", "-c", script}, {}); }

bool has_no_children() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

TEST(ChildProcess, ReportsSuccessAndFailure) {
  EXPECT_TRUE(shell("exit 0").wait());
  EXPECT_FALSE(shell("exit 3").wait());
  EXPECT_FALSE(shell("kill -9 $$").wait());
}

TEST(ChildProcess, KeepsTheFirstComplaint) {
  ChildProcess loud({"sh", "-c", "echo first >&2; echo second >&2; exit 1"}, {});
  EXPECT_FALSE(loud.wait());
  EXPECT_EQ(loud.complaint(), "first");
  ChildProcess quiet({"sh", "-c", "exit 1"}, {});
  EXPECT_FALSE(quiet.wait());
  EXPECT_EQ(quiet.complaint(), "no message");
}

TEST(ChildProcess, ManyComplaintsDoNotBlockIt) {
  EXPECT_TRUE(shell("head -c 1000000 /dev/zero >&2").wait());  // more than a pipe holds
}

TEST(ChildProcess, ArgumentsAreNotInterpreted) {
  StreamEnds stream = open_stream_from_child();
  ChildProcess echo({"printf", "%s", "a b; $(false) 'c' \"d\" *"}, {.output = stream.childs.number()});
  stream.childs.reset();
  std::array<char, 100> text{};
  const std::size_t size = read_fully(stream.ours, text.data(), text.size(), "printf");
  EXPECT_TRUE(echo.wait());
  EXPECT_EQ(std::string(text.data(), size), "a b; $(false) 'c' \"d\" *");
}

TEST(ChildProcess, AnAbandonedChildLeavesNoZombie) {
  { const ChildProcess child({"sleep", "1000"}, {}); }
  EXPECT_TRUE(has_no_children());
}

TEST(ChildProcess, AnAbsentProgramIsNamed) {
  EXPECT_FALSE(is_program_available("no_such_program"));
  EXPECT_TRUE(is_program_available("sh"));
  EXPECT_THAT([] { ChildProcess({"no_such_program"}, {}); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("expected to start the program no_such_program")));
  EXPECT_TRUE(has_no_children());
}

}  // namespace
}  // namespace awd
