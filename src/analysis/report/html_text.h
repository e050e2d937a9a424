// Text into HTML: nothing that comes from a run directory can become markup or script.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "analysis/report/report_table.h"

namespace awd::report {

/// `text` for element content and quoted attributes.
std::string escape_html(std::string_view text);

/// JSON for the content of a <script> element: no "<", ">" or "&" in it. Bytes that are no UTF-8 are replaced.
std::string script_json(const nlohmann::ordered_json& json);

/// A <table> whose headers are buttons for sorting, in a region of its own that scrolls sideways.
std::string html_table(const Table& table);

/// `template_text` with every {{name}} replaced by what `value(name)` gives. What is put in is not looked at again.
template <class Value>
std::string fill_template(std::string_view template_text, Value value) {
  std::string out;
  for (;;) {
    const std::size_t open = template_text.find("{{");
    const std::size_t close = template_text.find("}}", open);
    if (close == std::string_view::npos) return out.append(template_text);
    out.append(template_text.substr(0, open));
    out.append(value(template_text.substr(open + 2, close - open - 2)));
    template_text.remove_prefix(close + 2);
  }
}

}  // namespace awd::report
