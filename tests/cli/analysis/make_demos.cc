// Writes the HDF5 files that the tests of the analysis commands read: `small.hdf5` is whole, with pictures of an
// unusual size, bottom row first; each of the others has one thing wrong with it, which is its name.
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "io/recordings/test_demos.h"

namespace {

using awd::Hdf5Group;
using awd::TestDemos;

/// One demonstration of five frames of 4 x 6 pixels, as a file of raw OpenGL pictures.
TestDemos small_demos() { return {.demos = 1, .convention = "opengl"}; }

/// small_demos() with obs/`name` of `shape` instead.
template <class T>
TestDemos with_other(const std::string& name, const std::vector<std::size_t>& shape, const std::vector<T>& values) {
  TestDemos demos = small_demos();
  demos.without = {name};
  demos.edit = [=](int, const Hdf5Group&, const Hdf5Group& obs) { obs.write(name, shape, values); };
  return demos;
}

void write_all(const std::filesystem::path& folder) {
  const auto file = [&folder](const char* name) { return (folder / name).string(); };
  awd::write_test_demos(file("small.hdf5"), small_demos());

  awd::write_test_demos(file("truncated.hdf5"), small_demos());
  std::filesystem::resize_file(file("truncated.hdf5"), std::filesystem::file_size(file("truncated.hdf5")) / 2);

  TestDemos missing = small_demos();
  missing.without = {"ee_states"};
  awd::write_test_demos(file("missing_key.hdf5"), missing);

  std::vector<double> states = awd::test_rows(5, 6, 0);
  states[3 * 6 + 2] = std::numeric_limits<double>::quiet_NaN();
  awd::write_test_demos(file("nan.hdf5"), with_other("ee_states", {5, 6}, states));

  awd::write_test_demos(file("picture_size.hdf5"),
                        with_other("agentview_rgb", {5, 4, 6}, std::vector<std::uint8_t>(5 * 4 * 6)));

  TestDemos order = small_demos();
  order.convention = "sideways";
  awd::write_test_demos(file("picture_order.hdf5"), order);

  awd::write_test_demos(file("no_demos.hdf5"), {.demos = 0});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_demos FOLDER\n", stderr);
    return 2;
  }
  write_all(argv[1]);
  return 0;
}
