// Escapes text and writes tables as HTML.
#include "analysis/report/html_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace awd::report {
namespace {

std::string header_cell(const Column& column) {
  return fmt::format("<th scope=\"col\" aria-sort=\"none\"{}><button type=\"button\" title=\"{}\">{}</button></th>",
                     column.is_text ? " class=\"text\"" : "", escape_html(column.help), escape_html(column.title));
}

/// The interval as a line with a dot, on the column's scale.
std::string bar_html(const Cell& cell, const Column& column) {
  if (!cell.bar || column.bar_low == column.bar_high) return "";
  const auto percent = [&](double value) {
    return std::clamp(100 * (value - column.bar_low) / (column.bar_high - column.bar_low), 0.0, 100.0);
  };
  return fmt::format("<span class=\"bar{}\" style=\"--low:{:.2f}%;--high:{:.2f}%;--at:{:.2f}%\"></span>",
                     column.bar_low < 0 ? " signed" : "", percent(cell.bar->low), percent(cell.bar->high),
                     percent(cell.number));
}

std::string body_cell(const Cell& cell, const Column& column, bool is_name) {
  constexpr std::size_t kLongName = 26;  // may be broken in the middle
  const char* tag = is_name ? "th" : "td";
  const bool is_long = is_name && cell.text.size() > kLongName;
  std::string html = fmt::format("<{}{}", tag, is_name ? " scope=\"row\"" : "");
  if (column.is_text) html += is_long ? " class=\"text long\"" : " class=\"text\"";
  if (!std::isnan(cell.number)) html += fmt::format(" data-number=\"{}\"", cell.number);
  html += fmt::format("><span class=\"value\">{}</span>", escape_html(cell.text));
  if (!cell.interval.empty()) html += fmt::format(" <span class=\"interval\">{}</span>", escape_html(cell.interval));
  return html + bar_html(cell, column) + fmt::format("</{}>", tag);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string script_json(const nlohmann::ordered_json& json) {
  const std::string text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {  // inside of JSON these can only stand in strings
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_table(const Table& table) {
  std::string html = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n"
      "<table id=\"{1}\" class=\"sortable{2}\">\n<caption>{0}</caption>\n<thead><tr>",
      escape_html(table.caption), table.id, table.has_tall_rows ? " tall" : "");
  for (const Column& column : table.columns) html += header_cell(column);
  html += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += body_cell(row[i], table.columns[i], int(i) == table.name_column);
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n";
}

}  // namespace awd::report
