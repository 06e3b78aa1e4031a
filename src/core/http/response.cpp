// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Theory of operation: two kinds of state, lines and counted bytes. A line is collected up to its
// LF, then judged as a whole, so that the splits of the input never change the outcome; its length
// is bounded while it is collected. Counted bytes go to body_ up to a bound and are dropped after.
//
//   status_line -> header_line* -> [1xx: status_line] | complete (204, 304, length 0)
//       | sized_body -> complete | body_to_end -> complete at the end of input
//       | chunk_size -> chunk_data -> chunk_end -> chunk_size ... -> trailer_line* -> complete

#include "core/http_response.hpp"

#include "core/ascii.hpp"

#include <algorithm>
#include <limits>

namespace coquest::detail {
namespace {

constexpr std::string_view http_name = "HTTP/";
constexpr std::size_t max_chunk_line = 1024; // extensions have no use here

/// Says what the first bytes of a server that speaks no HTTP look like.
const char* guess(std::string_view first) noexcept
{
    const auto byte = [first](std::size_t i) {
        return i < first.size() ? static_cast<unsigned char>(first[i]) : 0U;
    };
    if (byte(0) >= 0x14 && byte(0) <= 0x17 && byte(1) == 3) { // a TLS record, mostly an alert
        return "the server speaks TLS on this port: use https";
    }
    if (first.starts_with("SSH-")) {
        return "the server is an SSH server: check host and port of addr";
    }
    if (first.starts_with("220 ") || first.starts_with("220-")) {
        return "the server is a mail (SMTP) or FTP server: check host and port of addr";
    }
    if (first.starts_with("-ERR") || first.starts_with("-NOAU") || first.starts_with("-DENI")) {
        return "the server is a Redis server: check host and port of addr";
    }
    if (byte(0) == 'E' && byte(1) == 0 && first.size() > 1) { // ErrorResponse and its length
        return "the server speaks PostgreSQL's protocol on this port: use QuestDB's HTTP port, 9000";
    }
    if (first.size() == 5 && byte(0) == 0 && byte(3) == 4) { // a SETTINGS frame
        return "the server speaks HTTP/2 only on this port: HTTP/1.1 is needed";
    }
    if (first.size() == 5 && byte(1) == 0 && byte(2) == 0 && byte(3) == 0 && byte(4) == 10) {
        return "the server is a MySQL server: check host and port of addr";
    }
    return "the server does not speak HTTP/1.1 on this port: check host and port of addr";
}

constexpr bool is_token_character(char c) noexcept // RFC 9110 5.6.2
{
    return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Reads digits and nothing else. False where there are none, others, or too many.
bool read_decimal(std::string_view text, std::uint64_t& out) noexcept
{
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    out = 0;
    for (const char c : text) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (!is_digit(c) || out > (max - digit) / 10) {
            return false;
        }
        out = out * 10 + digit;
    }
    return !text.empty();
}

} // namespace

void http_response_parser::reset() noexcept
{
    at_ = {};
    line_.clear();
    body_.clear();
    content_type_.clear();
    location_.clear();
}

http_response_parser::step http_response_parser::feed(std::span<const std::byte> in,
                                                      std::size_t& consumed)
{
    std::string_view rest(reinterpret_cast<const char*>(in.data()), in.size());
    at_.started = at_.started || !rest.empty();
    while (!rest.empty() && result() == step::need_input) {
        switch (at_.now) {
        case state::sized_body:
        case state::chunk_data:
        case state::body_to_end: take_body(rest); break;
        default: take_line(rest); break;
        }
    }
    consumed = in.size() - rest.size();
    return result();
}

http_response_parser::step http_response_parser::end_of_input()
{
    switch (at_.now) {
    case state::complete:
    case state::failed: break;
    case state::body_to_end: at_.now = state::complete; break;
    case state::status_line:
        if (!at_.started) {
            fail("the server closed the connection without an answer");
            break;
        }
        if (!line_.starts_with(http_name.substr(0, line_.size()))) {
            fail(guess(line_));
            break;
        }
        [[fallthrough]];
    case state::header_line: fail("the connection ended inside the response head"); break;
    default: fail("the connection ended inside the response body"); break;
    }
    return result();
}

http_response_parser::step http_response_parser::result() const noexcept
{
    switch (at_.now) {
    case state::complete: return step::complete;
    case state::failed: return step::failed;
    default: return step::need_input;
    }
}

void http_response_parser::fail(const char* problem) noexcept
{
    at_.now = state::failed;
    at_.problem = problem;
}

std::size_t http_response_parser::line_limit() const noexcept
{
    switch (at_.now) {
    case state::chunk_size: return max_chunk_line;
    case state::chunk_end: return 2;
    default: return max_head - at_.head_bytes;
    }
}

void http_response_parser::take_line(std::string_view& in)
{
    const std::size_t newline = in.find('\n');
    const bool whole = newline != in.npos;
    const std::string_view piece = whole ? in.substr(0, newline + 1) : in;
    const std::size_t room = line_limit() - line_.size();
    line_.append(piece.substr(0, room));
    in.remove_prefix(piece.size());

    if (at_.now == state::status_line && (whole || line_.size() >= http_name.size()) &&
        !line_.starts_with(http_name)) {
        return fail(guess(std::string_view(line_).substr(0, http_name.size())));
    }
    if (piece.size() > room) {
        return fail(at_.now == state::chunk_end    ? "a chunk does not end where its size says"
                    : at_.now == state::chunk_size ? "a chunk size line exceeds 1 KiB"
                                                   : "the response head exceeds 16 KiB");
    }
    if (!whole) {
        return;
    }
    if (at_.now != state::chunk_size && at_.now != state::chunk_end) {
        at_.head_bytes += line_.size();
    }
    std::string_view line = line_;
    line.remove_suffix(1);
    if (!line.ends_with('\r')) {
        return fail("a line of the response ends with LF alone");
    }
    line.remove_suffix(1);
    if (line.find('\r') != line.npos || line.find('\0') != line.npos) {
        return fail("the response head holds a NUL or a CR inside a line");
    }
    on_line(line);
    line_.clear();
}

void http_response_parser::on_line(std::string_view line)
{
    switch (at_.now) {
    case state::status_line: return on_status_line(line);
    case state::chunk_size: return on_chunk_size(line);
    case state::chunk_end: at_.now = state::chunk_size; return; // line_limit() leaves no text
    default: break;
    }
    const bool trailer = at_.now == state::trailer_line;
    if (line.empty()) {
        if (trailer) {
            at_.now = state::complete;
            return;
        }
        return on_end_of_head();
    }
    if (++at_.headers > max_headers) {
        return fail("the response has more than 64 headers");
    }
    if (line.front() == ' ' || line.front() == '\t') {
        return fail("a header of the response continues on the next line (obs-fold)");
    }
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == line.npos || name.empty() || !std::ranges::all_of(name, is_token_character)) {
        return fail("the response holds a malformed header");
    }
    if (!trailer) {
        on_header(name, trim(line.substr(colon + 1)));
    }
}

void http_response_parser::on_status_line(std::string_view line)
{
    line.remove_prefix(http_name.size()); // d.d ddd[ reason]
    if (!line.starts_with('1')) {
        return fail("the server answered in another version of HTTP than 1.1: check the port");
    }
    if (line.size() < 7 || line[1] != '.' || !is_digit(line[2]) || line[3] != ' ' ||
        !std::ranges::all_of(line.substr(4, 3), is_digit) || (line.size() > 7 && line[7] != ' ')) {
        return fail("the response has a malformed status line");
    }
    at_.http_1_0 = line[2] == '0';
    at_.persistent = !at_.http_1_0;
    at_.status = (line[4] - '0') * 100 + (line[5] - '0') * 10 + (line[6] - '0');
    if (at_.status < 100 || at_.status > 599) {
        return fail("the response has a status outside 100 to 599");
    }
    if (at_.status == 101) {
        return fail("the server switched protocols, which nobody asked for");
    }
    at_.now = state::header_line;
}

void http_response_parser::on_header(std::string_view name, std::string_view value)
{
    if (iequals(name, "content-length") || iequals(name, "transfer-encoding")) {
        on_framing(name, value);
    } else if (iequals(name, "connection")) {
        on_connection(value);
    } else if (iequals(name, "content-type")) {
        content_type_ = value;
    } else if (iequals(name, "content-encoding")) {
        at_.encoded = !iequals(value, "identity");
    } else if (iequals(name, "location")) {
        location_ = value;
    } else if (iequals(name, "retry-after") && !value.empty() &&
               std::ranges::all_of(value, is_digit)) {
        std::uint64_t seconds = 0;
        const bool fits = read_decimal(value, seconds);
        const auto max = static_cast<std::uint64_t>(max_retry_after.count());
        at_.retry_after = std::chrono::seconds(fits ? std::min(seconds, max) : max);
    }
}

void http_response_parser::on_framing(std::string_view name, std::string_view value)
{
    if (at_.has_length || at_.chunked) { // RFC 9112 6.3: two framings are an attack or a bug
        return fail("the response gives its length twice");
    }
    if (iequals(name, "content-length")) {
        if (!read_decimal(value, at_.remaining)) {
            return fail("the response has a malformed Content-Length");
        }
        at_.has_length = true;
    } else {
        if (!iequals(value, "chunked") || at_.http_1_0) {
            return fail("the response has a Transfer-Encoding other than chunked, or in HTTP/1.0");
        }
        at_.chunked = true;
    }
}

void http_response_parser::on_connection(std::string_view value)
{
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        const std::string_view option = trim(value.substr(0, comma));
        if (iequals(option, "close")) {
            at_.close = true;
        } else if (iequals(option, "keep-alive")) {
            at_.persistent = true;
        }
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
}

void http_response_parser::on_end_of_head()
{
    if (at_.status < 200) {
        const unsigned seen = at_.informational + 1;
        if (seen > max_informational) {
            return fail("the server sent more than 8 informational responses (1xx)");
        }
        reset(); // the next head starts afresh
        at_.started = true;
        at_.informational = seen;
        return;
    }
    at_.head_complete = true;
    if (at_.status == 204 || at_.status == 304 || (at_.has_length && at_.remaining == 0)) {
        at_.now = state::complete;
    } else if (at_.chunked) {
        at_.now = state::chunk_size;
    } else if (at_.has_length) {
        at_.now = state::sized_body;
    } else {
        at_.now = state::body_to_end;
        at_.remaining = std::numeric_limits<std::uint64_t>::max();
        at_.close = true;
    }
}

void http_response_parser::on_chunk_size(std::string_view line)
{
    const std::string_view digits = line.substr(0, line.find(';'));
    at_.remaining = 0;
    for (const char c : digits) {
        const int digit = hex_value(c);
        if (digit < 0 || at_.remaining >> 60 != 0) {
            return fail("the response has a malformed chunk size");
        }
        at_.remaining = at_.remaining << 4 | static_cast<std::uint64_t>(digit);
    }
    if (digits.empty()) {
        return fail("the response has a malformed chunk size");
    }
    // QuestDB writes its last chunk as "00": what counts is the value.
    at_.now = at_.remaining == 0 ? state::trailer_line : state::chunk_data;
}

void http_response_parser::take_body(std::string_view& in)
{
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), at_.remaining));
    body_.append(in.substr(0, std::min(n, max_body_kept - body_.size())));
    in.remove_prefix(n);
    at_.remaining -= n;
    at_.body_bytes += n;
    if (at_.body_bytes > max_body) {
        return fail("the response body exceeds 1 MiB");
    }
    if (at_.remaining == 0) {
        at_.now = at_.now == state::chunk_data ? state::chunk_end : state::complete;
    }
}

} // namespace coquest::detail
