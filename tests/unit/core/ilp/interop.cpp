// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The test cases that the official clients of QuestDB share (tests/data/README.md), in each
// protocol version.

#include <coquest/buffer.hpp>

#include "core/text/base64.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace {

using coquest::protocol_version;
using nlohmann::json;

struct interop_case {
    json spec;
    protocol_version version;
};

std::vector<interop_case> cases_for(protocol_version version)
{
    std::ifstream file(COQUEST_TEST_DATA "/ilp-client-interop-test.json");
    std::vector<interop_case> cases;
    for (const json& entry : json::parse(file)) {
        if (entry.value("minimumProtocolVersion", 1) <= static_cast<int>(version)) {
            cases.push_back({entry, version});
        }
    }
    return cases;
}

std::error_code write(coquest::buffer& rows, const json& spec)
{
    rows.table(spec["table"].get<std::string>());
    for (const json& s : spec["symbols"]) {
        rows.symbol(s["name"].get<std::string>(), s["value"].get<std::string>());
    }
    for (const json& c : spec["columns"]) {
        const auto type = c["type"].get<std::string>();
        const auto name = c["name"].get<std::string>();
        const json& value = c["value"];
        if (type == "STRING") {
            rows.column_str(name, value.get<std::string>());
        } else if (type == "LONG") {
            rows.column_i64(name, value.get<std::int64_t>());
        } else if (type == "DOUBLE") {
            rows.column_f64(name, value.get<double>());
        } else if (type == "BOOLEAN") {
            rows.column_bool(name, value.get<bool>());
        } else if (type == "DECIMAL") {
            rows.column_dec(name, coquest::decimal::parse(value.get<std::string>()));
        } else {
            ADD_FAILURE() << "unknown type: " << type;
        }
    }
    return rows.try_at_now();
}

std::string decode(const std::string& text)
{
    std::string bytes(text.size(), '\0');
    const auto size = coquest::detail::base64_decode(text, coquest::detail::base64::standard,
                                                     std::as_writable_bytes(std::span(bytes)));
    EXPECT_TRUE(size.has_value());
    return bytes.substr(0, size.value_or(0));
}

class interop : public testing::TestWithParam<protocol_version> {};

TEST_P(interop, every_case_gives_the_bytes_or_the_refusal_that_all_clients_agree_on)
{
    const auto cases = cases_for(GetParam());
    EXPECT_EQ(cases.size(), GetParam() == protocol_version::v3 ? 109U : 108U); // one has decimals
    for (const auto& [spec, version] : cases) {
        SCOPED_TRACE(spec["testName"].get<std::string>());
        coquest::buffer rows(version);
        const std::error_code ec = write(rows, spec);
        const json& result = spec["result"];
        if (result["status"] == "ERROR") {
            EXPECT_TRUE(ec);
            EXPECT_EQ(rows.to_string(), "");
            continue;
        }
        EXPECT_FALSE(ec) << ec.message();
        const std::string actual = rows.to_string();
        if (version != protocol_version::v1 && result.contains("binaryBase64")) {
            EXPECT_EQ(actual, decode(result["binaryBase64"].get<std::string>()));
            continue;
        }
        std::vector<std::string> allowed = result.value("anyLines", std::vector<std::string>());
        if (result.contains("line")) {
            allowed.push_back(result["line"].get<std::string>());
        }
        bool matches = false;
        for (const std::string& line : allowed) {
            matches = matches || actual == line + "\n";
        }
        EXPECT_TRUE(matches) << actual;
    }
}

INSTANTIATE_TEST_SUITE_P(versions, interop,
                         testing::Values(protocol_version::v1, protocol_version::v2,
                                         protocol_version::v3),
                         [](const auto& param) {
                             return "v" + std::to_string(static_cast<int>(param.param));
                         });

} // namespace
