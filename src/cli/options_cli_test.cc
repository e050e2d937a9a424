// A small option struct through the command line and into JSON.
#include "cli/options_cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace awd {
namespace {
enum class Fruit { kApple, kPear };
}  // namespace
template <>
inline constexpr std::string_view kEnumWords<Fruit>[] = {"apple", "pear"};

namespace cli {
namespace {

using ::testing::HasSubstr;

struct Basket {
  int max_weight = 3;
  double price = 0.5;
  Fruit fruit = Fruit::kApple;
  bool ripe = true;
  std::string owner;

  template <class V>
  void visit(V&& v) {
    v(Field{"max_weight", "kg", "what it may weigh", 1, 10}, max_weight);
    v(Field{"price", "", "what it costs"}, price);
    v(Field{"fruit", "", "apple or pear"}, fruit);
    v(Field{"ripe", "", "ready to eat"}, ripe);
    v(Field{"owner", "NAME", "whose it is"}, owner);
  }
};

Basket parse(const std::string& line) {
  Basket basket;
  CLI::App app;
  add_options(app, basket);
  app.parse(line);
  return basket;
}

TEST(OptionsCli, SetsEveryKindOfField) {
  const Basket basket = parse("--max-weight 7 --price 2.25 --fruit pear --no-ripe --owner me");
  EXPECT_EQ(basket.max_weight, 7);
  EXPECT_EQ(basket.price, 2.25);
  EXPECT_EQ(basket.fruit, Fruit::kPear);
  EXPECT_FALSE(basket.ripe);
  EXPECT_EQ(basket.owner, "me");
  EXPECT_EQ(parse("").max_weight, 3);
  EXPECT_TRUE(parse("--ripe").ripe);
}

TEST(OptionsCli, RefusesWhatDoesNotFit) {
  EXPECT_THROW(parse("--max-weight 11"), Error);
  EXPECT_THROW(parse("--max-weight 1.5"), Error);
  EXPECT_THROW(parse("--fruit plum"), Error);
  EXPECT_THROW(parse("--max_weight 3"), CLI::ParseError);
}

TEST(OptionsCli, HelpComesFromTheStruct) {
  Basket basket;
  CLI::App app;
  add_options(app, basket, {"price"});
  const std::string help = app.help();
  EXPECT_THAT(help, HasSubstr("--max-weight kg"));
  EXPECT_THAT(help, HasSubstr("what it may weigh (default: 3)"));
  EXPECT_THAT(help, HasSubstr("--no-ripe"));
  EXPECT_THAT(help, ::testing::Not(HasSubstr("price")));
}

TEST(OptionsCli, JsonKeepsTypes) {
  EXPECT_EQ(options_json(Basket{}).dump(), R"({"max_weight":3,"price":0.5,"fruit":"apple","ripe":true,"owner":""})");
}

TEST(OptionsCli, JsonReadsBack) {
  Basket basket{.max_weight = 7, .price = 0.1, .fruit = Fruit::kPear, .ripe = false, .owner = "me"}, read;
  options_from_json(options_json(basket), read, "test");
  EXPECT_EQ(options_json(read), options_json(basket));
  auto incomplete = options_json(basket);
  incomplete.erase("fruit");
  EXPECT_THROW(options_from_json(incomplete, read, "test"), Error);
}

}  // namespace
}  // namespace cli
}  // namespace awd
