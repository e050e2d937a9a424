// Options of arms side by side, and run.json as paths.
#include "analysis/report/option_tables.h"

#include <gtest/gtest.h>

namespace awd::report {
namespace {

RunManifest manifest_of(const char* text) {
  RunManifest manifest{.json = Json::parse(text)};
  for (const Json& arm : manifest.json.at("arms")) manifest.arms.push_back({.name = arm.at("name")});
  return manifest;
}

std::vector<std::string> words(const std::vector<Cell>& row) {
  std::vector<std::string> out;
  for (const Cell& cell : row) out.push_back(cell.text);
  return out;
}

using Words = std::vector<std::string>;

TEST(OptionTables, DifferencesComeFirst) {
  const Table table = arm_options_table(manifest_of(R"({"arms": [
    {"name": "a", "gate": {"pool": 8, "period": 5}, "reuse": {"mode": "aligned"}},
    {"name": "b", "gate": {"pool": 8, "period": 7, "extra": true}, "reuse": {"mode": "aligned"}}]})"));
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(words(table.rows[0]), (Words{"gate.period", "5", "7"}));
  EXPECT_EQ(words(table.rows[1]), (Words{"gate.extra", "–", "true"}));
  EXPECT_EQ(words(table.rows[2]), (Words{"gate.pool", "8", "8"}));
  EXPECT_EQ(words(table.rows[3]), (Words{"reuse.mode", "aligned", "aligned"}));
}

TEST(OptionTables, RunJsonIsFlattened) {
  const Table table = manifest_table(
      manifest_of(R"({"version": "1", "policy": {"cameras": ["a", "b"]}, "arms": [], "matched": [{"p": 0.5}]})"));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(words(table.rows[0]), (Words{"version", "1"}));
  EXPECT_EQ(words(table.rows[1]), (Words{"policy.cameras", R"(["a","b"])"}));
  EXPECT_EQ(words(table.rows[2]), (Words{"matched[0].p", "0.5"}));
}

}  // namespace
}  // namespace awd::report
