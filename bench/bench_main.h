// What the benchmarks of the engine share: their main function, percentiles, and a random policy to run.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "awd/error.h"
#include "engine/random_policy.h"

namespace awd {

/// The value below which `percent` % of the values lie; reorders them.
inline double percentile(std::vector<double>& values, std::size_t percent) {
  const auto at = values.begin() + std::ptrdiff_t(values.size() * percent / 100);
  std::ranges::nth_element(values, at);
  return *at;
}

/// Writes a policy of random weights into the folder `name` for temporary files; gives its path.
inline std::string random_folder(const char* name, const ModelConfig& config) {
  std::string folder = (std::filesystem::temp_directory_path() / name).string();
  write_random_policy(folder, config, AWD_SOURCE_DIR "/tests/golden/pi0/tokenizer.model", StoredType::kBf16, 1);
  return folder;
}

/// Registers benchmarks and runs those that the command line asks for. The exit code: 2, and a line on stderr, for an
/// awd::Error.
template <class Register>
int bench_main(int argc, char** argv, Register&& register_all) {
  try {
    benchmark::Initialize(&argc, argv);
    register_all();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}

}  // namespace awd
