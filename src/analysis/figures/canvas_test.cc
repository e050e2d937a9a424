// What is drawn is in the file, text is cut to fit, and a file that cannot be written is reported.
#include "analysis/figures/canvas.h"

#include <gtest/gtest.h>

#include "awd/error.h"
#include "base/test_folder.h"
#include "io/image.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

TEST(Canvas, BoxesLieWhereTheyWereDrawn) {
  const TestFolder folder;
  write_drawing(folder.file("a.png"), 40, 20, [](Canvas& canvas) {
    canvas.set(kGateColour);
    canvas.fill({10, 5, 20, 10});
  });
  const Image image = read_png(folder.file("a.png"));
  ASSERT_EQ(image.width, 40);
  ASSERT_EQ(image.height, 20);
  const auto colour_at = [&image](int x, int y) {
    const std::uint8_t* pixel = &image.pixels[3 * (std::size_t(y) * std::size_t(image.width) + std::size_t(x))];
    return Colour{pixel[0], pixel[1], pixel[2]};
  };
  EXPECT_EQ(colour_at(10, 5), kGateColour);
  EXPECT_EQ(colour_at(29, 14), kGateColour);
  EXPECT_EQ(colour_at(9, 5), kPaper);
  EXPECT_EQ(colour_at(30, 15), kPaper);
}

TEST(Canvas, LongTextIsCut) {
  const TestFolder folder;
  write_drawing(folder.file("a.svg"), 40, 20, [](Canvas& canvas) {
    canvas.font(12);
    EXPECT_EQ(canvas.fitted("ab", 100), "ab");
    const std::string cut = canvas.fitted("a text that is much longer than that", 80);
    EXPECT_LE(canvas.text_width(cut), 80);
    EXPECT_TRUE(cut.ends_with(".."));
  });
  EXPECT_GT(fs::file_size(folder.file("a.svg")), 100u);
}

TEST(Canvas, FolderThatIsNotThere) {
  const TestFolder folder;
  for (const char* name : {"absent/a.png", "absent/a.svg"}) {
    EXPECT_THROW(write_drawing(folder.file(name), 4, 4, [](Canvas&) {}), Error) << name;
  }
}

}  // namespace
}  // namespace awd
