// Flattens run.json into rows of path and value.
#include "analysis/report/option_tables.h"

#include <fmt/format.h>

#include <algorithm>

namespace awd::report {
namespace {

using Row = std::pair<std::string, std::string>;  // path, value

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Appends the values under `json`, depth first; lists of plain values are one row.
void flatten(const std::string& path, const Json& json, std::vector<Row>& rows) {
  const bool has_parts =
      json.is_structured() && std::ranges::any_of(json, [](const Json& part) { return part.is_structured(); });
  if (json.is_object()) {
    for (const auto& [key, value] : json.items())
      flatten(path.empty() ? key : fmt::format("{}.{}", path, key), value, rows);
  } else if (json.is_array() && has_parts) {
    for (std::size_t i = 0; i < json.size(); ++i) flatten(fmt::format("{}[{}]", path, i), json[i], rows);
  } else {
    rows.emplace_back(path, value_text(json));
  }
}

}  // namespace

Table arm_options_table(const RunManifest& manifest) {
  Table table{.id = "arm-options", .caption = "Options of every arm; those that differ come first"};
  table.columns.push_back({"option", "as in docs/gate.md and docs/reuse.md", true});
  for (const ArmInfo& arm : manifest.arms) table.columns.push_back({arm.name, "options of this arm", true});
  const Json& arms = manifest.json.at("arms");
  for (std::size_t a = 0; a < arms.size(); ++a) {
    std::vector<Row> options;
    flatten("", Json{{"gate", arms[a].at("gate")}, {"reuse", arms[a].at("reuse")}}, options);
    for (Row& option : options) {
      const std::string& path = option.first;
      auto row = std::ranges::find_if(table.rows, [&](const auto& known) { return known.front().text == path; });
      if (row == table.rows.end()) {
        table.rows.emplace_back(arms.size() + 1, word_cell("–"));
        row = table.rows.end() - 1;
        row->front() = word_cell(path);
      }
      (*row)[a + 1] = word_cell(std::move(option.second));
    }
  }
  std::stable_partition(table.rows.begin(), table.rows.end(), [](const std::vector<Cell>& row) {
    return std::any_of(row.begin() + 1, row.end(), [&](const Cell& cell) { return cell.text != row[1].text; });
  });
  return table;
}

Table manifest_table(const RunManifest& manifest) {
  Table table{.id = "run-json", .caption = "run.json, without the options of the arms"};
  table.columns = {{"key", "path in run.json", true}, {"value", "as recorded", true}};
  Json rest = manifest.json;
  rest.erase("arms");
  std::vector<Row> rows;
  flatten("", rest, rows);
  for (auto& [path, value] : rows) table.rows.push_back({word_cell(std::move(path)), word_cell(std::move(value))});
  return table;
}

}  // namespace awd::report
