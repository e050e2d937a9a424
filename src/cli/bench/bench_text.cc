// The results as a table: a row per stage, beside what the machine could do.
#include <fmt/format.h>

#include "analysis/text_table.h"
#include "cli/bench/bench_result.h"
#include "io/machine_info.h"

namespace awd::cli {
namespace {

/// Three significant digits or more, "-" for nothing measured.
std::string milliseconds(double ms) { return ms > 0 ? fmt::format("{:.{}f}", ms, ms < 1 ? 4 : ms < 100 ? 2 : 1) : "-"; }

std::vector<std::string> stage_row(const StageResult& stage, const BenchResult& result) {
  std::vector<std::string> row{stage.name, milliseconds(stage.ms.p50), milliseconds(stage.ms.p95),
                               milliseconds(stage.ms.p99), fmt::format("{}", stage.ms.n)};
  if (stage.gflop <= 0 || stage.ms.p50 <= 0) {
    row.insert(row.end(), 4, "-");
    return row;
  }
  const double gflop_per_s = stage.gflop / (stage.ms.p50 * 1e-3);
  const double gb_per_s = stage.gbytes / (stage.ms.p50 * 1e-3);
  row.push_back(fmt::format("{:.0f}", gflop_per_s));
  row.push_back(fmt::format("{:.0f} %", 100 * gflop_per_s / peak_of(result).giga_ops_per_s));
  row.push_back(fmt::format("{:.1f}", gb_per_s));
  row.push_back(fmt::format("{:.0f} %", 100 * gb_per_s / result.ceilings.read_gb_per_s));
  return row;
}

std::string machine_line(const BenchResult& result) {
  const Ceilings& ceilings = result.ceilings;
  const MachineInfo machine = machine_info();
  const auto rate = [](const char* name, const PeakRate& peak) {
    return fmt::format("{} {:.0f} ({})", name, peak.giga_ops_per_s, peak.unit);
  };
  const std::string gpu = result.gpu.name.empty() ? ""
                                                  : fmt::format("gpu: {}, {:.2f} GB in use\n", result.gpu.name,
                                                                double(result.gpu.memory_in_use) * 1e-9);
  const std::string fp8 = ceilings.fp8.giga_ops_per_s > 0 ? ", " + rate("fp8", ceilings.fp8) : "";
  return gpu +
         fmt::format("machine: {}, {} cores, {:.0f} GB; {} threads\nceilings: {}, {}, {}{} GFLOP/s; read {:.1f} GB/s\n",
                     machine.cpu, machine.cores, double(machine.memory_bytes) * 1e-9, result.threads,
                     rate("f32", ceilings.f32), rate("bf16", ceilings.bf16), rate("int8", ceilings.int8), fp8,
                     ceilings.read_gb_per_s);
}

std::string policy_line(const BenchResult& result) {
  const BenchShape& shape = result.shape;
  return fmt::format(
      "policy: {} ({}), {}; {} cameras, {} text tokens, horizon {}, {} flow steps\n"
      "weights: {:.2f} GB packed; peak memory {:.2f} GB (now {:.2f} allocated, {:.2f} of files)\n"
      "load: {:.2f} s; first action {:.2f} s after the start of the process\n",
      result.info.name, word_of(shape.config.variant), word_of(result.info.dtype), shape.cameras, shape.text_tokens,
      shape.config.horizon, shape.flow_steps, double(result.info.weight_bytes) * 1e-9,
      double(result.memory.peak) * 1e-9, double(result.memory.anonymous) * 1e-9, double(result.memory.file) * 1e-9,
      result.load_ms * 1e-3, result.first_action_ms * 1e-3);
}

std::string error_line(const ActionError& error) {
  if (error.queries == 0) return "";
  return fmt::format("\nactions against f32: {:.2e} rms, {:.2e} at most, of actions of {:.2f} rms; {} queries\n",
                     error.rms, error.largest, error.rms_of_actions, error.queries);
}

}  // namespace

std::string bench_text(const BenchResult& result) {
  TextTable table;
  table.columns = {{"stage", true},    {"p50 ms", false},  {"p95", false},  {"p99", false},    {"n", false},
                   {"GFLOP/s", false}, {"of peak", false}, {"GB/s", false}, {"of read", false}};
  for (const StageResult& stage : result.stages) table.rows.push_back(stage_row(stage, result));
  return fmt::format("{}{}\n{}{}", machine_line(result), policy_line(result), table.render(),
                     error_line(result.action_error));
}

}  // namespace awd::cli
