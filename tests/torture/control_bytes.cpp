// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Row 80 of docs/faults.md: bytes that could end a header or a line, in every input of a user. Each
// of them is rejected before a byte of it is sent, or is transferred unchanged. The text of an
// error says at which position the byte is, and never shows the text around it.

#include "torture/rig.hpp"

#include "support/ilp_decoder.hpp"

#include <string_view>

namespace {

using namespace coquest;
using namespace std::string_view_literals;
using test::operation;
using test::rig;

constexpr std::string_view control_bytes[] = {
    "\0"sv,       "\n"sv, "\r"sv,       "\r\nX-Injected: 1\r\n"sv,
    "\x01"sv,     "\t"sv, "\x1b[31m"sv, "\x7f"sv,
    "\xc2\x85"sv, // NEL, which some programs treat as the end of a line
};
constexpr std::string_view not_utf8[] = {
    "\xff"sv, "\xc3"sv, "\x80"sv, "\xc0\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv,
};
constexpr std::string_view word = "hunter2";

std::vector<std::string_view> all_bad()
{
    std::vector<std::string_view> result(std::begin(control_bytes), std::end(control_bytes));
    result.insert(result.end(), std::begin(not_utf8), std::end(not_utf8));
    return result;
}

template <class Function>
std::string refusal(Function call, errc expected)
{
    try {
        static_cast<void>(call());
    } catch (const error& e) {
        EXPECT_EQ(e.code(), expected) << e.what();
        return e.what();
    }
    ADD_FAILURE() << "nothing was rejected";
    return {};
}

void expect_discreet(const std::string& message, std::size_t position)
{
    EXPECT_NE(message.find("byte " + std::to_string(position)), std::string::npos) << message;
    EXPECT_EQ(message.find(word), std::string::npos) << message;
    for (const char c : message) {
        EXPECT_TRUE(c >= ' ' && c <= '~') << message;
    }
}

TEST(fault_matrix, row_80_control_bytes_in_a_configuration_string)
{
    for (const std::string_view key : {"username", "password", "token"}) {
        for (const std::string_view bad : all_bad()) {
            const std::string before = "http::addr=localhost:9000;" + std::string(key) + "=";
            const std::string text =
                before + std::string(word) + std::string(bad) + std::string(word) + ";";

            const std::string message =
                refusal([&] { return parse_config(text); }, errc::config_error);

            expect_discreet(message, before.size() + word.size());
        }
    }
}

TEST(fault_matrix, row_80_control_bytes_by_the_builder)
{
    using setter = sender_builder& (sender_builder::*)(detail::text_argument);
    constexpr setter setters[] = {&sender_builder::username, &sender_builder::password,
                                  &sender_builder::token};
    for (const setter set : setters) {
        for (const std::string_view bad : all_bad()) {
            const std::string value = std::string(word) + std::string(bad) + std::string(word);
            sender_builder builder("http", "localhost", 9000);

            const std::string message = refusal([&] { (builder.*set)(value); }, errc::config_error);

            expect_discreet(message, word.size());
        }
    }
}

// A program that writes to the struct bypasses the setters; then build() checks the options.
TEST(fault_matrix, row_80_control_bytes_in_the_options)
{
    rig fixture(test::wire_kind::http);
    const std::function<void(config&, std::string)> fields[] = {
        [](config& options, std::string v) { options.token = secret(v); },
        [](config& options, std::string v) {
            options.username = "u";
            options.password = secret(v);
        },
        [](config& options, std::string v) {
            options.username = v;
            options.password = secret("p");
        },
        [](config& options, std::string v) { options.user_agent = v; },
        [](config& options, std::string v) { options.addresses.front().host = v; },
    };
    for (const auto& set : fields) {
        for (const std::string_view bad : all_bad()) {
            config options = fixture.builder().options();
            set(options, std::string(word) + std::string(bad));
            const operation building(fixture, [&]() -> asio::awaitable<void> {
                return [](sender_builder builder) -> asio::awaitable<void> {
                    static_cast<void>(co_await builder.build());
                }(sender_builder(options));
            });
            fixture.run_until([&] { return building.done(); });

            EXPECT_EQ(building.code(), errc::config_error);
            EXPECT_EQ(building.what().find(word), std::string::npos) << building.what();
        }
    }
    EXPECT_EQ(fixture.server().connections, 0U);
}

TEST(fault_matrix, row_80_control_bytes_in_a_host)
{
    for (const std::string_view bad : all_bad()) {
        const std::string host = "local" + std::string(bad) + "host";

        refusal([&] { sender_builder("http", host, 9000); }, errc::config_error);
        const std::string message = refusal(
            [&] { return parse_config("http::addr=" + host + ":9000;"); }, errc::config_error);

        EXPECT_NE(message.find("byte 1"), std::string::npos) << message;
    }
}

TEST(fault_matrix, row_80_semicolons_and_equal_signs_in_credentials)
{
    const struct {
        std::string_view written;
        std::string_view meant; // empty: rejected
    } cases[] = {
        {"a=b", "a=b"},     {"=", "="},        {"==a", "==a"}, {"a;;b", "a;b"}, {";;;;", ";;"},
        {"a;;;;b", "a;;b"}, {"a;;=b", "a;=b"}, {"a;b", ""},    {"a;=b", ""},    {"a;;;b", ""},
    };
    for (const auto& example : cases) {
        const std::string text =
            "http::addr=h;username=u;password=" + std::string(example.written) + ";";
        SCOPED_TRACE(text);
        if (example.meant.empty()) {
            const std::string message =
                refusal([&] { return parse_config(text); }, errc::config_error);
            EXPECT_NE(message.find("byte "), std::string::npos) << message;
            EXPECT_NE(message.find("\";;\""), std::string::npos) << message;
        } else {
            EXPECT_EQ(parse_config(text).password->reveal(), example.meant);
        }
    }
}

TEST(fault_matrix, row_80_control_bytes_in_names)
{
    for (const std::string_view bad : all_bad()) {
        if (bad == "\x1b[31m" || bad == "\xc2\x85") {
            continue; // the server accepts these
        }
        const std::string name = "na" + std::string(bad) + "me";
        for (const int place : {0, 1, 2}) {
            buffer rows;
            rows.table("before").column_i64("n", 1).at_now();

            const std::string message = refusal(
                [&] {
                    rows.table(place == 0 ? std::string("t") + std::string(bad) : "t");
                    rows.symbol(place == 1 ? name : "s", "v");
                    rows.column_i64(place == 2 ? name : "c", 1);
                    rows.at_now();
                },
                errc::invalid_name);

            EXPECT_NE(message.find(place == 0 ? "at byte 1" : "at byte 2"), std::string::npos)
                << message;
            EXPECT_EQ(message.find(bad), std::string::npos) << "the message shows the byte itself";
            EXPECT_EQ(rows.row_count(), 1U);
        }
    }
}

TEST(fault_matrix, row_80_bad_utf8_in_values)
{
    for (const std::string_view bad : not_utf8) {
        const std::string value = std::string(word) + std::string(bad);
        for (const bool symbol : {true, false}) {
            buffer rows;

            const std::string message = refusal(
                [&] {
                    rows.table("t");
                    symbol ? rows.symbol("s", value) : rows.column_str("s", value);
                    rows.at_now();
                },
                errc::invalid_utf8);

            expect_discreet(message, word.size());
            EXPECT_TRUE(rows.empty());
        }
    }
}

// A value may contain any byte, but none of them begins a new line.
TEST(fault_matrix, row_80_control_bytes_in_values_stay_in_their_row)
{
    rig fixture(test::wire_kind::http);
    sender s = fixture.build(fixture.builder());
    std::vector<std::string> texts;
    for (const std::string_view special : control_bytes) {
        texts.push_back("a" + std::string(special) + "evil n=1i\n");
    }
    for (const std::string& text : texts) {
        auto row = s.table("t");
        EXPECT_FALSE(row.column_str("text", text).column_bool("last", true).try_at_now());
    }

    test::expect_flush(fixture, s);

    const auto rows = test::decode_ilp(fixture.stored(), 2);
    ASSERT_EQ(rows.size(), texts.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(std::get<std::string>(rows[i].columns.front().second), texts[i]);
        EXPECT_EQ(rows[i].columns.size(), 2U);
    }
}

} // namespace
