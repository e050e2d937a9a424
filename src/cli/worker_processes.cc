// Starts, watches and ends the worker processes. A failed worker ends the run: the others get SIGTERM, finish their
// step, and are waited for.
#include "cli/worker_processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

#include "awd/error.h"
#include "cli/interrupt.h"
#include "cli/job_queue.h"
#include "cli/progress.h"
#include "cli/shard_folder.h"
#include "cli/worker.h"
#include "io/machine_info.h"

extern char** environ;

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr const char* kOutputFile = "output.txt";
constexpr int kBadInput = 2;  // exit code of an awd::Error, see main.cc
constexpr std::size_t kTailBytes = 600;

struct Worker {
  pid_t process = 0;
  fs::path shard;
  bool is_running = false;
  int status = 0;  // of waitpid
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

Worker start_worker(const WorkerJobs& jobs) {
  Worker worker{.shard = new_shard(jobs.folder)};
  std::vector<std::string> arguments{"awd", "worker", jobs.kind, jobs.folder.string(), worker.shard.string()};
  const std::string output = (worker.shard / kOutputFile).string();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  const int code = posix_spawn(&worker.process, "/proc/self/exe", &files, nullptr, pointers(arguments).data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (code != 0) {
    throw std::runtime_error(fmt::format("cannot start a worker process: {}", std::system_category().message(code)));
  }
  worker.is_running = true;
  return worker;
}

/// The worker's last words: the end of what it printed, one line.
std::string last_words(const Worker& worker) {
  std::ifstream stream(worker.shard / kOutputFile, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (text.size() > kTailBytes) text = "..." + text.substr(text.size() - kTailBytes);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.empty() ? "no message" : text;
}

bool has_failed(const Worker& worker) {
  return !worker.is_running && !(WIFEXITED(worker.status) && WEXITSTATUS(worker.status) == 0);
}

/// Throws the error that a failed worker stands for.
[[noreturn]] void report(const Worker& worker) {
  const std::string shard = "shard " + worker.shard.filename().string();
  if (WIFSIGNALED(worker.status)) {
    throw std::runtime_error(
        fmt::format("[{}] ended by signal {}: {}", shard, WTERMSIG(worker.status), last_words(worker)));
  }
  const int code = WEXITSTATUS(worker.status);
  if (code == kBadInput) throw Error(shard, last_words(worker));
  throw std::runtime_error(fmt::format("[{}] failed with exit code {}: {}", shard, code, last_words(worker)));
}

/// All workers of a run; whoever is still running at the end of the scope is stopped and waited for.
class Workers {
 public:
  Workers() = default;
  ~Workers() {
    for (const Worker& worker : workers_) {
      if (worker.is_running) kill(worker.process, SIGTERM);
    }
    for (const Worker& worker : workers_) {
      if (worker.is_running) waitpid(worker.process, nullptr, 0);
    }
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void start(const WorkerJobs& jobs) { workers_.push_back(start_worker(jobs)); }

  /// Asks every worker how it is; false when all have ended well.
  bool are_running() {
    bool any = false;
    for (Worker& worker : workers_) {
      if (worker.is_running && waitpid(worker.process, &worker.status, WNOHANG) == worker.process) {
        worker.is_running = false;
      }
      if (has_failed(worker)) report(worker);
      any |= worker.is_running;
    }
    return any;
  }

 private:
  std::vector<Worker> workers_;
};

}  // namespace

void run_workers(const WorkerJobs& jobs, const std::function<void()>& on_progress) {
  if (jobs.processes == 1) {
    run_worker(jobs.kind, jobs.folder, new_shard(jobs.folder), on_progress);
    return;
  }
  Workers workers;
  for (int i = 0; i < jobs.processes; ++i) workers.start(jobs);
  while (workers.are_running()) {
    throw_if_interrupted();
    on_progress();
    std::this_thread::sleep_for(kPollInterval);
  }
  on_progress();
}

int run_jobs(ShardFolder& shards, const std::string& kind, const std::vector<int>& open, int finished, int wanted) {
  if (open.empty()) return 0;
  JobQueue::create(shards.path() / kQueueFile, open);
  const JobQueue queue(shards.path() / kQueueFile);
  const WorkerJobs jobs{kind, shards.path(), process_count(wanted, int(open.size()))};
  ProgressBar progress(finished + int(open.size()));
  run_workers(jobs, [&] {
    if (queue.finished() > 0) shards.keep();
    progress.show(finished + queue.finished(), fmt::format("episodes, {} at once", jobs.processes));
  });
  return jobs.processes;
}

int process_count(int wanted, int jobs) {
  const int processes = wanted > 0 ? wanted : machine_info().cores;
  return std::max(1, std::min(processes, jobs));
}

void die_with_parent() {
  const pid_t parent = getppid();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) raise(SIGTERM);  // it ended just before
}

}  // namespace awd::cli
