// docs/scenarios.md names every scenario, shows its picture and tells every parameter as visit() does.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/scenario/scenario.h"

namespace awd::sim {
namespace {

using ::testing::HasSubstr;

TEST(ScenarioDocs, TellEveryScenarioAndParameterAsTheCodeDoes) {
  const std::filesystem::path docs = std::filesystem::path(AWD_SOURCE_DIR) / "docs";
  std::stringstream text;
  text << std::ifstream(docs / "scenarios.md").rdbuf();
  for (const std::string& name : scenario_names()) {
    const std::size_t begin = text.str().find(fmt::format("\n## `{}`\n", name));
    ASSERT_NE(begin, std::string::npos) << name;
    const std::string section = text.str().substr(begin, text.str().find("\n## ", begin + 1) - begin);
    EXPECT_THAT(section, HasSubstr(fmt::format("](images/scenarios/{}.png)", name)));
    EXPECT_TRUE(std::filesystem::exists(docs / "images/scenarios" / (name + ".png"))) << name;
    for (const OptionText& option : scenario_options(name)) {
      EXPECT_THAT(section, HasSubstr(fmt::format("| `{}` | {} | {} | {} |\n", option.name, option.value, option.unit,
                                                 option.help)));
    }
  }
}

}  // namespace
}  // namespace awd::sim
