// Results of `awd bench` beside those of an earlier call.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/bench/bench_result.h"

namespace awd::cli {

inline constexpr const char* kBenchFormat = "awd-bench-1";  // key "format" of the JSON

/// All that decides how much work a query is.
nlohmann::ordered_json geometry_json(const BenchShape& shape);

/// Reads earlier results. Throws awd::Error naming the file where it holds anything else.
nlohmann::ordered_json read_bench_json(const std::string& file);

/// Throws awd::Error naming the first difference in geometry or type between `earlier` (of `file`) and what is run.
void check_comparable(const nlohmann::ordered_json& earlier, const BenchShape& shape, EngineDtype dtype,
                      const std::string& file);

/// A row per stage that both have: old and new median, and how often the new fits into the old. Says so where machine
/// or threads differ.
std::string compare_text(const nlohmann::ordered_json& earlier, const BenchResult& result);

}  // namespace awd::cli
