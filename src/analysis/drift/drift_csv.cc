// Writes header and lines from the same list of columns.
#include "analysis/drift/drift_csv.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace awd {
namespace {

void put(fmt::memory_buffer& out, float value) {
  if (std::isnan(value)) {
    out.push_back(',');
  } else {
    fmt::format_to(std::back_inserter(out), ",{:.6g}", value);
  }
}

}  // namespace

std::string drift_csv_header(const std::vector<std::string>& cameras) {
  std::string header = "episode,step,age,phase,key,anchor,query,commanded_motion,joint_speed_rad_s";
  for (const std::string_view convention : kEnumWords<DriftConvention>) {
    header += fmt::format(",{0}_state,{0}_raw,{0}_weighted", convention);
    for (const std::string& camera : cameras) {
      header += fmt::format(",{0}_raw_{1},{0}_weighted_{1},{0}_mean_weight_{1}", convention, camera);
    }
  }
  return header + "\n";
}

std::string drift_csv_lines(std::span<const DriftRow> rows, std::size_t cameras) {
  fmt::memory_buffer out;
  for (const DriftRow& row : rows) {
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{:d},{:d},{:d}", row.episode, row.step, row.age, row.phase,
                   row.is_key, row.is_anchor, row.is_queried);
    put(out, row.commanded_motion);
    put(out, row.joint_speed);
    for (const FrameDrift& drift : row.drift) {
      put(out, drift.state);
      put(out, drift.raw);
      put(out, drift.weighted);
      for (std::size_t c = 0; c < cameras; ++c) {
        put(out, drift.raw_per_camera[c]);
        put(out, drift.weighted_per_camera[c]);
        put(out, drift.mean_weight[c]);
      }
    }
    out.push_back('\n');
  }
  return fmt::to_string(out);
}

}  // namespace awd
