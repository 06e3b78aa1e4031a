// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tools/json_text.hpp"

#include "tools/report.hpp"

#include <coquest/tls.hpp>

#include <array>
#include <cstdio>

namespace coquest::tools {

std::string json_string(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            out += escape.data();
        } else {
            out += c;
        }
    }
    return out + '"';
}

json_text& json_text::raw(std::string_view name, std::string_view json)
{
    text_ += text_.size() == 1 ? "" : ",";
    if (!name.empty()) {
        text_ += json_string(name) + ":";
    }
    text_ += json;
    return *this;
}

std::string failure_json(const status& failure)
{
    json_text out('{');
    out.add("code", failure.code().message())
        .add("reason", reason_of(failure))
        .add("hint", failure.info().hint);
    if (failure.info().tls != tls_failure{}) {
        out.add("tls", describe(failure.info().tls).text);
        out.add("tls_code", failure.info().tls_code);
    }
    if (failure.info().http_status != 0) {
        out.add("http_status", failure.info().http_status);
    }
    return out.close();
}

} // namespace coquest::tools
