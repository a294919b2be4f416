#include "json/decode.h"

#include <gtest/gtest.h>

namespace trinity::json {
namespace {

struct Inner {
  std::string name;
  std::vector<int> ports;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, ports))

struct Base {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Derived : Base {
  int level = 7;
  static constexpr std::string_view defaulted[] = {"level"};
};
BOOST_DESCRIBE_STRUCT(Derived, (Base), (level))

struct Sample {
  std::string text;
  std::optional<std::string> maybe;
  int count = 0;
  double share = 0;
  bool on = false;
  std::vector<std::string> tools{"bash"};
  std::map<std::string, double> prices;
  std::optional<Inner> inner;
  value anything;
  static constexpr std::string_view defaulted[] = {"count", "share", "on", "tools", "prices", "anything"};
};
BOOST_DESCRIBE_STRUCT(Sample, (), (text, maybe, count, share, on, tools, prices, inner, anything))

struct Numbers {
  std::uint8_t small = 0;
  std::int64_t big = 0;
  float real = 0;
  static constexpr std::string_view defaulted[] = {"small", "big", "real"};
};
BOOST_DESCRIBE_STRUCT(Numbers, (), (small, big, real))

struct Keyword {
  std::string template_;
};
BOOST_DESCRIBE_STRUCT(Keyword, (), (template_))

/// `type@loc` of every fault, so that a table can name them.
template <class T>
std::vector<std::string> faults_of(std::string_view body) {
  try {
    (void)decode_body<T>(body);
  } catch (const Unprocessable& e) {
    std::vector<std::string> found;
    for (const auto& fault : e.detail().as_array()) {
      found.push_back(std::string(fault.at("type").as_string()) + "@" + boost::json::serialize(fault.at("loc")));
    }
    return found;
  }
  return {};
}

TEST(Decode, ReadsEveryKindOfMember) {
  const auto read = decode_body<Sample>(R"({"text":"a","maybe":"b","count":3,"share":0.5,"on":true,"tools":["x","y"],
      "prices":{"p":1},"inner":{"name":"n","ports":[1,2]},"anything":[1],"unknown":{"ignored":true}})");
  EXPECT_EQ(read.text, "a");
  EXPECT_EQ(read.maybe, "b");
  EXPECT_EQ(read.count, 3);
  EXPECT_EQ(read.share, 0.5);
  EXPECT_TRUE(read.on);
  EXPECT_EQ(read.tools, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(read.prices.at("p"), 1.0);
  ASSERT_TRUE(read.inner);
  EXPECT_EQ(read.inner->ports, (std::vector<int>{1, 2}));
  EXPECT_EQ(read.anything, value(array{1}));
}

TEST(Decode, MissingMembersKeepTheirInitialiser) {
  const auto read = decode_body<Sample>(R"({"text":"a","maybe":null})");
  EXPECT_EQ(read.tools, (std::vector<std::string>{"bash"}));
  EXPECT_FALSE(read.maybe);
  EXPECT_FALSE(read.inner);
}

TEST(Decode, BaseMembersAreRead) {
  const auto read = decode_body<Derived>(R"({"id":"x"})");
  EXPECT_EQ(read.id, "x");
  EXPECT_EQ(read.level, 7);
  EXPECT_EQ(faults_of<Derived>("{}"), (std::vector<std::string>{R"(missing@["body","id"])"}));
}

struct Fault {
  std::string body;
  std::vector<std::string> expected;
};

class DecodeFaults : public testing::TestWithParam<Fault> {};

TEST_P(DecodeFaults, AreNamed) {
  EXPECT_EQ(faults_of<Sample>(GetParam().body), GetParam().expected) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Table, DecodeFaults,
    testing::Values(
        Fault{"", {R"(missing@["body"])"}}, Fault{"{", {R"(json_invalid@["body",1])"}},
        Fault{R"({"text":})", {R"(json_invalid@["body",8])"}}, Fault{"{} x", {R"(json_invalid@["body",3])"}},
        Fault{"\xff", {R"(json_invalid@["body",0])"}}, Fault{"[]", {R"(model_attributes_type@["body"])"}},
        Fault{"3", {R"(model_attributes_type@["body"])"}}, Fault{"null", {R"(model_attributes_type@["body"])"}},
        Fault{"{}", {R"(missing@["body","text"])"}}, Fault{R"({"text":3})", {R"(string_type@["body","text"])"}},
        Fault{R"({"text":null})", {R"(string_type@["body","text"])"}},
        Fault{R"({"text":"a","count":"x"})", {R"(int_parsing@["body","count"])"}},
        Fault{R"({"text":"a","count":""})", {R"(int_parsing@["body","count"])"}},
        Fault{R"({"text":"a","count":1.5})", {R"(int_from_float@["body","count"])"}},
        Fault{R"({"text":"a","count":[]})", {R"(int_type@["body","count"])"}},
        Fault{R"({"text":"a","count":null})", {R"(int_type@["body","count"])"}},
        Fault{R"({"text":"a","count":3000000000})", {R"(less_than_equal@["body","count"])"}},
        Fault{R"({"text":"a","count":18446744073709551615})", {R"(int_parsing_size@["body","count"])"}},
        Fault{R"({"text":"a","count":"99999999999999999999"})", {R"(int_parsing_size@["body","count"])"}},
        Fault{R"({"text":"a","share":"x"})", {R"(float_parsing@["body","share"])"}},
        Fault{R"({"text":"a","share":1e999})", {R"(finite_number@["body","share"])"}},
        Fault{R"({"text":"a","share":"nan"})", {R"(float_parsing@["body","share"])"}},
        Fault{R"({"text":"a","share":{}})", {R"(float_type@["body","share"])"}},
        Fault{R"({"text":"a","on":"maybe"})", {R"(bool_parsing@["body","on"])"}},
        Fault{R"({"text":"a","on":2})", {R"(bool_parsing@["body","on"])"}},
        Fault{R"({"text":"a","on":[]})", {R"(bool_type@["body","on"])"}},
        Fault{R"({"text":"a","tools":"x"})", {R"(list_type@["body","tools"])"}},
        Fault{R"({"text":"a","tools":null})", {R"(list_type@["body","tools"])"}},
        Fault{R"({"text":"a","tools":["x","y",3]})", {R"(string_type@["body","tools",2])"}},
        Fault{R"({"text":"a","prices":[]})", {R"(dict_type@["body","prices"])"}},
        Fault{R"({"text":"a","prices":{"p":"x"}})", {R"(float_parsing@["body","prices","p"])"}},
        Fault{R"({"text":"a","inner":3})", {R"(model_attributes_type@["body","inner"])"}},
        Fault{R"({"text":"a","inner":{"name":"n"}})", {R"(missing@["body","inner","ports"])"}},
        Fault{R"({"text":"a","inner":{"name":"n","ports":[1,"b"]}})", {R"(int_parsing@["body","inner","ports",1])"}},
        Fault{R"({"count":"x","on":9})",
              {R"(missing@["body","text"])", R"(int_parsing@["body","count"])", R"(bool_parsing@["body","on"])"}}));

TEST(Decode, IsLenientWithNumbersAndBooleans) {
  for (const auto* text : {R"("3")", R"(" 3 ")", R"("+3")", R"("3.0")", "3", "3.0"}) {
    EXPECT_EQ(decode_body<Sample>(std::string(R"({"text":"a","count":)") + text + "}").count, 3) << text;
  }
  for (const auto* text : {R"("2.5")", "2.5", R"("+2.5")"}) {
    EXPECT_EQ(decode_body<Sample>(std::string(R"({"text":"a","share":)") + text + "}").share, 2.5) << text;
  }
  for (const auto* text : {R"("true")", R"("YES")", R"("On")", R"("1")", R"("t")", R"("y")", "1", "1.0", "true"}) {
    EXPECT_TRUE(decode_body<Sample>(std::string(R"({"text":"a","on":)") + text + "}").on) << text;
  }
  for (const auto* text : {R"("False")", R"("no")", R"("OFF")", R"("0")", R"("f")", R"("N")", "0", "false"}) {
    EXPECT_FALSE(decode_body<Sample>(std::string(R"({"text":"a","on":)") + text + "}").on) << text;
  }
}

TEST(Decode, NumbersKeepToTheirType) {
  EXPECT_EQ(decode_body<Numbers>(R"({"small":255})").small, 255);
  EXPECT_EQ(decode_body<Numbers>(R"({"big":-9223372036854775808})").big, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(faults_of<Numbers>(R"({"small":256})"), (std::vector<std::string>{R"(less_than_equal@["body","small"])"}));
  EXPECT_EQ(faults_of<Numbers>(R"({"small":-1})"),
            (std::vector<std::string>{R"(greater_than_equal@["body","small"])"}));
}

TEST(Decode, DepthIsBounded) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_THROW((void)parse_body(deep), Unprocessable);
  const std::string fine = std::string(20, '[') + std::string(20, ']');
  EXPECT_NO_THROW((void)parse_body(fine));
}

TEST(Decode, AFaultCarriesMessageAndInput) {
  try {
    (void)decode_body<Sample>(R"({"text":3})");
    FAIL();
  } catch (const Unprocessable& e) {
    const auto& fault = e.detail().as_array().at(0);
    EXPECT_EQ(fault.at("msg"), "Input should be a valid string");
    EXPECT_EQ(fault.at("input"), 3);
  }
}

TEST(Decode, AnswersStaySmall) {
  object many;
  for (int i = 0; i < 5000; ++i) many["key" + std::to_string(i)] = "x";
  try {
    (void)decode_body<Sample>(boost::json::serialize(object{{"text", "a"}, {"prices", many}, {"inner", many}}));
    FAIL();
  } catch (const Unprocessable& e) {
    EXPECT_LE(e.detail().as_array().size(), 100U);
    EXPECT_LT(boost::json::serialize(e.detail()).size(), 100'000U);
  }
}

TEST(Query, AbsentIsNothingAndUnreadableIsAFault) {
  Faults faults;
  EXPECT_FALSE(query_int(std::nullopt, "n", faults));
  EXPECT_EQ(query_int("12", "n", faults), 12);
  EXPECT_EQ(query_bool("Yes", "b", faults), true);
  EXPECT_TRUE(faults.empty());
  EXPECT_FALSE(query_int("x", "n", faults));
  EXPECT_FALSE(query_bool("x", "b", faults));
  try {
    faults.check();
    FAIL();
  } catch (const Unprocessable& e) {
    const auto& list = e.detail().as_array();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list.at(0).at("type"), "int_parsing");
    EXPECT_EQ(list.at(0).at("loc"), value(array{"query", "n"}));
    EXPECT_EQ(list.at(1).at("type"), "bool_parsing");
  }
}

TEST(Encode, WritesMembersInOrderAndEmptyOptionalsAsNull) {
  Sample sample;
  sample.text = "a";
  sample.tools = {};
  EXPECT_EQ(
      to_text(sample),
      R"({"text":"a","maybe":null,"count":0,"share":0,"on":false,"tools":[],"prices":{},"inner":null,"anything":null})");
}

TEST(Encode, AnUnderscoreBehindANameIsNotOnTheWire) {
  EXPECT_EQ(decode_body<Keyword>(R"({"template":"x"})").template_, "x");
  EXPECT_EQ(to_text(Keyword{"x"}), R"({"template":"x"})");
  EXPECT_EQ(faults_of<Keyword>("{}"), (std::vector<std::string>{R"(missing@["body","template"])"}));
}

TEST(Encode, DecodesWhatItWrote) {
  Derived made;
  made.id = "q";
  made.level = 3;
  const auto back = decode_body<Derived>(to_text(made));
  EXPECT_EQ(back.id, "q");
  EXPECT_EQ(back.level, 3);
}

}  // namespace
}  // namespace trinity::json
