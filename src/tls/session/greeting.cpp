// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/greeting.hpp"

#include "core/text/printable.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_shown = 60; // bytes of a banner in a message

struct banner {
    std::string_view start;
    std::string_view server;
};

constexpr std::array<banner, 10> banners{{
    {"HTTP/", "a plain HTTP server"},
    {"<", "a plain HTTP server"}, // HTML without an HTTP header
    {"SSH-", "an SSH server"},
    {"220 ", "a mail (SMTP) or FTP server"},
    {"220-", "a mail (SMTP) or FTP server"},
    {"* OK", "an IMAP server"},
    {"+OK", "a POP3 server"},
    {"-ERR", "a Redis server"},
    {"AMQP", "an AMQP broker"},
    {"RFB ", "a VNC server"},
}};

} // namespace

greeting classify_greeting(der_bytes first) noexcept
{
    // RFC 8446 5.1: content type handshake or alert, then major version 3
    const std::string_view text = as_text(first);
    if (text.empty()) {
        return greeting::undecided;
    }
    if (text[0] == 0x16 || text[0] == 0x15) {
        return text.size() == 1 ? greeting::undecided
               : text[1] == 3   ? greeting::tls
                                : greeting::other;
    }
    const bool complete = text.size() >= max_shown || text.find('\n') != std::string_view::npos;
    const bool known = std::ranges::any_of(banners, [text](const banner& b) {
        return text.starts_with(b.start) || b.start.starts_with(text);
    });
    return known && !complete ? greeting::undecided : greeting::other;
}

tls_diagnosis explain_greeting(der_bytes first)
{
    std::string_view line = as_text(first);
    line = line.substr(0, std::min(line.find_first_of("\r\n"), max_shown));
    const auto* known = std::ranges::find_if(
        banners, [line](const banner& b) { return line.starts_with(b.start); });
    const bool is_text = std::ranges::all_of(line, [](char c) { return c >= 0x20 && c < 0x7f; });
    tls_diagnosis diagnosis = describe(tls_failure::not_tls);
    if (known != banners.end()) {
        diagnosis.text += ": it looks like " + std::string(known->server);
    }
    if (is_text && !line.empty()) {
        diagnosis.text += " (it said \"" + printable(line, max_shown) + "\")";
    }
    return diagnosis;
}

} // namespace coquest::inline v0::detail
