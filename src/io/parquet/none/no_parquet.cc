// A build without Apache Arrow: says what to do instead of reading.
#include "awd/error.h"
#include "io/parquet/parquet_table.h"

namespace awd {

bool is_parquet_available() { return false; }

std::unique_ptr<ParquetTable> open_parquet(const std::filesystem::path& file) {
  throw Error(
      file.string(),
      "expected a build that reads Parquet, got one without Apache Arrow: run `./dev setup` with network access "
      "(it installs pyarrow into .deps), then build again");
}

}  // namespace awd
