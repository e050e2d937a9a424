// Messages of openpi's own client, byte for byte, and everything that is refused.
#include "server/codec/message.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "awd/error.h"
#include "server/codec/packer.h"
#include "server/test_messages.h"

namespace awd::server {
namespace {

using testing::HasSubstr;

const ArrayView& array_of(const Message& message, const char* name) { return std::get<ArrayView>(*message.find(name)); }

std::vector<double> numbers_of(const ArrayView& array) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < array.size(); ++i) numbers.push_back(array.at(i));
  return numbers;
}

std::string refusal_of(const std::string& bytes) {
  try {
    (void)Message::parse(bytes_of(bytes));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MessageTest, ElementTypesOfNumpy) {
  const std::string bytes = test_message("types");
  const Message message = Message::parse(bytes_of(bytes));
  EXPECT_THAT(numbers_of(array_of(message, "f2")), testing::ElementsAre(1.5, -2));
  EXPECT_THAT(numbers_of(array_of(message, "f4")), testing::ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers_of(array_of(message, "i8")), testing::ElementsAre(-1, 2));
  EXPECT_THAT(array_of(message, "i8").shape, testing::ElementsAre(2, 1));
  EXPECT_THAT(numbers_of(array_of(message, "u2")), testing::ElementsAre(65535));
  EXPECT_THAT(numbers_of(array_of(message, "bool")), testing::ElementsAre(1, 0));
  EXPECT_THAT(numbers_of(array_of(message, "scalar")), testing::ElementsAre(7));
  EXPECT_EQ(array_of(message, "empty").size(), 0u);
  EXPECT_EQ(array_of(message, "text").kind, NumberKind::kOther);
  EXPECT_EQ(array_of(message, "big").kind, NumberKind::kOther);
  EXPECT_EQ(std::get<double>(*message.find("generic")), 0.25);
  EXPECT_THAT(std::get<std::vector<double>>(*message.find("list")), testing::ElementsAre(1, 2.5));
  EXPECT_TRUE(std::get<bool>(*message.find("nested/deep/flag")));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(*message.find("nested/deep/none")));
  EXPECT_EQ(message.find("nested"), nullptr);
}

TEST(MessageTest, PicturesAreViewsOfTheBytes) {
  const std::string bytes = test_message("libero");
  const Message message = Message::parse(bytes_of(bytes));
  const ArrayView& picture = array_of(message, "observation/image");
  EXPECT_GE(reinterpret_cast<const char*>(picture.data.data()), bytes.data());
  EXPECT_LE(reinterpret_cast<const char*>(picture.data.data()) + picture.data.size(), bytes.data() + bytes.size());
  EXPECT_EQ(std::get<std::string_view>(*message.find("prompt")), "put the red cube in the bin");
}

TEST(MessageTest, EveryTruncationIsRefused) {
  for (const char* name : {"libero", "droid", "aloha", "types"}) {
    const std::string bytes = test_message(name);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      EXPECT_THROW((void)Message::parse(bytes_of(bytes.substr(0, n))), Error) << name << " cut to " << n;
    }
    EXPECT_THAT(refusal_of(bytes + "x"), HasSubstr("bytes of one map"));
  }
}

TEST(MessageTest, WhatIsNoObservationIsRefused) {
  EXPECT_THAT(refusal_of("\x93\x01\x02\x03"), HasSubstr("expected a msgpack map"));
  EXPECT_THAT(refusal_of("\x81\x01\x02"), HasSubstr("expected texts as keys"));
  EXPECT_THAT(refusal_of(std::string("\x81\xa1g\xdd\xff\xff\xff\xff", 8)), HasSubstr("expected one msgpack map"));
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "\x81\xa1g";
  EXPECT_THAT(refusal_of(deep + "\x01"), HasSubstr("levels"));
}

TEST(MessageTest, AnArrayMustMatchItsShape) {
  const auto message_with_shape = [](const std::string& shape) {
    return std::string("\x81\xa1p\x84\xc4\x0b__ndarray__\xc3\xc4\x04") + "data\xc4\x04" + "abcd" + "\xc4\x05" +
           "dtype\xa3|u1\xc4\x05shape" + shape;
  };
  EXPECT_EQ(refusal_of(message_with_shape("\x92\x02\x02")), "accepted");
  EXPECT_THAT(refusal_of(message_with_shape("\x92\x02\x03")), HasSubstr("expected 6 bytes"));
  EXPECT_THAT(refusal_of(message_with_shape("\x91\xff")), HasSubstr("whole numbers as its shape"));
  EXPECT_THAT(refusal_of(message_with_shape("\x01")), HasSubstr("data, dtype and shape"));
  const std::string huge = std::string("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff", 9);
  EXPECT_THAT(refusal_of(message_with_shape("\x92" + huge + huge)), HasSubstr("as many bytes as shape"));
}

TEST(PackerTest, ArraysAreWhatOpenpisClientWrites) {
  // python -c "from openpi_client import msgpack_numpy as m; import numpy as n; print(m.packb({'a': n.array([[1.5,
  // 2]]),
  //   'b': n.array([7], n.uint8), 'c': 0.5, 'd': True, 'e': None, 'f': -1, 'g': [1]}).hex())"
  const std::string expected =
      "87a16184c40b5f5f6e6461727261795f5fc3c40464617461c410000000000000f83f0000000000000040c4056474797065a33c6638c40573"
      "68"
      "617065920102a16284c40b5f5f6e6461727261795f5fc3c40464617461c40107c4056474797065a37c7531c40573686170659101a163cb3f"
      "e0"
      "000000000000a164c3a165c0a166ffa1679101";
  Packer packer;
  const std::array<float, 2> floats{1.5f, 2.0f};
  const std::array<std::int64_t, 2> matrix{1, 2};
  const std::array<std::uint8_t, 1> bytes{7};
  const std::array<std::int64_t, 1> vector{1};
  packer.map(7).text("a").array(floats, matrix).text("b").array(bytes, vector);
  packer.text("c").number(0.5).text("d").flag(true).text("e").nil().text("f").integer(-1).text("g").list(1).integer(1);
  std::string hex;
  for (const char c : packer.take()) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  EXPECT_EQ(hex, expected);
}

}  // namespace
}  // namespace awd::server
