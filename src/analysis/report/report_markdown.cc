// Writes tables as Markdown, escaped so that names stay names.
#include "analysis/report/report_markdown.h"

#include <fmt/format.h>

#include <cctype>

#include "analysis/report/run_facts.h"
#include "analysis/report/run_tables.h"

namespace awd::report {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// `text` as plain words: an underscore inside of a word means nothing to Markdown and stays readable.
std::string escape_markdown(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*[]<>|&~";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_inside = i > 0 && i + 1 < text.size() && is_word(text[i - 1]) && is_word(text[i + 1]);
    if (kSpecial.find(c) != std::string_view::npos || (c == '_' && !is_inside)) out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string cell_text(const Cell& cell) {
  const std::string text = escape_markdown(cell.text);
  return cell.interval.empty() ? text : text + " " + cell.interval;
}

std::string markdown_table(const Table& table) {
  std::string header = "|", rule = "|", rows;
  for (const Column& column : table.columns) {
    header += fmt::format(" {} |", escape_markdown(column.title));
    rule += column.is_text ? "---|" : "---:|";
  }
  for (const std::vector<Cell>& row : table.rows) {
    rows += "|";
    for (const Cell& cell : row) rows += fmt::format(" {} |", cell_text(cell));
    rows += "\n";
  }
  return fmt::format("## {}\n\n{}\n{}\n{}\n", escape_markdown(table.caption), header, rule, rows);
}

}  // namespace

std::string report_markdown(const RunReport& report) {
  std::string text = fmt::format("# Run report: {}\n\n", escape_markdown(report.name));
  for (const Fact& fact : run_facts(report)) {
    text += fmt::format("- {}: {}\n", escape_markdown(fact.title), escape_markdown(fact.text));
  }
  text += "\n";
  for (const std::string& remark : run_remarks(report)) text += escape_markdown(remark) + "\n\n";
  const Table tables[] = {headline_table(report), paired_table(report), task_table(report), reason_table(report)};
  for (const Table& table : tables) {
    if (!table.rows.empty()) text += markdown_table(table);
  }
  return text;
}

}  // namespace awd::report
