// Every job goes to exactly one taker, also across two openings of the same file.
#include "cli/job_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <vector>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd::cli {
namespace {

TEST(JobQueue, GivesJobsInOrderAndOnce) {
  const TestFolder folder;
  const std::vector<int> jobs{5, 3, 9};
  JobQueue::create(folder.file("queue"), jobs);
  JobQueue first(folder.file("queue")), second(folder.file("queue"));
  EXPECT_EQ(first.claim(), 5);
  EXPECT_EQ(second.claim(), 3);
  EXPECT_EQ(first.claim(), 9);
  EXPECT_FALSE(second.claim().has_value());
  EXPECT_FALSE(first.claim().has_value());
  first.finish();
  second.finish();
  EXPECT_EQ(first.finished(), 2);
  EXPECT_EQ(second.size(), 3);
}

TEST(JobQueue, ManyTakersShareAllJobs) {
  const TestFolder folder;
  std::vector<int> jobs(2000);
  for (int i = 0; i < 2000; ++i) jobs[std::size_t(i)] = i;
  JobQueue::create(folder.file("queue"), jobs);
  std::vector<std::vector<int>> taken(4);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&mine, file = folder.file("queue")] {
      JobQueue queue(file);
      while (const auto job = queue.claim()) mine.push_back(*job);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> all;
  for (const auto& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  EXPECT_EQ(all, jobs);
}

TEST(JobQueue, RefusesOtherFiles) {
  const TestFolder folder;
  EXPECT_THROW(JobQueue(folder.file("absent")), Error);
  std::ofstream(folder.file("text")) << "this is no queue at all, only a text";
  EXPECT_THROW(JobQueue(folder.file("text")), Error);
}

}  // namespace
}  // namespace awd::cli
