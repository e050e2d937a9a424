// Any bytes as a CSV file: refused with one line, or rows as wide as the header whose numbers are finite.
#include <cmath>

#include "base/check.h"
#include "io/csv_reader.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace awd;
  static const fuzz::InputFolder folder;
  const std::string path = folder.write("states.csv", {data, size});
  fuzz::read_untrusted([&] {
    CsvReader reader(path);
    while (reader.next()) {
      for (std::size_t i = 0; i < reader.columns().size(); ++i) {
        (void)reader.text(i).size();
        fuzz::read_untrusted([&] { AWD_CHECK(std::isfinite(reader.number(i))); });
      }
    }
  });
  return 0;
}
