// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Theory of operation. A state reads either a line or counted bytes. A line is collected up to its
// LF and then parsed as a whole, so that the splits of the input never change the result. Its
// length is checked while it is collected. Counted bytes are stored in body_ up to a limit; the
// others are dropped.
//
//   status_line -> header_line* -> [1xx: status_line] | complete (204, 304, length 0)
//       | sized_body -> complete | body_to_end -> complete at the end of input
//       | chunk_size -> chunk_data -> chunk_end -> chunk_size ... -> trailer_line* -> complete

#include "core/http/response.hpp"

#include "core/text/ascii.hpp"
#include "core/text/parse_digits.hpp"

#include <algorithm>
#include <limits>

namespace coquest::inline v0::detail {
namespace {

constexpr std::string_view http_name = "HTTP/";
constexpr std::size_t max_chunk_line = 1024; // extensions are not used

/// Returns the message for a server that does not speak HTTP, by its first bytes.
const char* guess(std::string_view first) noexcept
{
    const auto byte = [first](std::size_t i) {
        return i < first.size() ? static_cast<unsigned char>(first[i]) : 0U;
    };
    if (byte(0) >= 0x14 && byte(0) <= 0x17 && byte(1) == 3) { // a TLS record, usually an alert
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
        return "the server speaks PostgreSQL's protocol on this port: use QuestDB's HTTP port, "
               "9000";
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

/// Removes the first element from a comma-separated list and returns it without blanks around it.
std::string_view take_element(std::string_view& list) noexcept
{
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    return element;
}

constexpr const char* two_lengths = "the response gives its length twice";
constexpr const char* bad_length = "the response has a malformed Content-Length";
constexpr const char* bad_coding =
    "the response has a Transfer-Encoding other than chunked, or in HTTP/1.0";

} // namespace

void http_response_parser::reset() noexcept
{
    progress_ = {};
    line_.clear();
    body_.clear();
    content_type_.clear();
    location_.clear();
    server_.clear();
}

http_response_parser::step http_response_parser::feed(std::span<const std::byte> in,
                                                      std::size_t& consumed)
{
    std::string_view remaining(reinterpret_cast<const char*>(in.data()), in.size());
    progress_.started = progress_.started || !remaining.empty();
    while (!remaining.empty() && result() == step::need_input) {
        switch (progress_.current) {
        case state::sized_body:
        case state::chunk_data:
        case state::body_to_end: take_body(remaining); break;
        default: take_line(remaining); break;
        }
    }
    consumed = in.size() - remaining.size();
    return result();
}

http_response_parser::step http_response_parser::end_of_input()
{
    switch (progress_.current) {
    case state::complete:
    case state::failed: break;
    case state::body_to_end: progress_.current = state::complete; break;
    case state::status_line:
        if (!progress_.started) {
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
    switch (progress_.current) {
    case state::complete: return step::complete;
    case state::failed: return step::failed;
    default: return step::need_input;
    }
}

void http_response_parser::fail(const char* problem) noexcept
{
    progress_.current = state::failed;
    progress_.problem = problem;
}

std::size_t http_response_parser::line_limit() const noexcept
{
    switch (progress_.current) {
    case state::chunk_size: return max_chunk_line;
    case state::chunk_end: return 2;
    default: return max_head - progress_.head_bytes;
    }
}

void http_response_parser::take_line(std::string_view& in)
{
    const std::size_t newline = in.find('\n');
    const bool complete = newline != in.npos;
    const std::string_view piece = complete ? in.substr(0, newline + 1) : in;
    const std::size_t room = line_limit() - line_.size();
    line_.append(piece.substr(0, room));
    in.remove_prefix(piece.size());

    if (progress_.current == state::status_line && (complete || line_.size() >= http_name.size()) &&
        !line_.starts_with(http_name)) {
        return fail(guess(std::string_view(line_).substr(0, http_name.size())));
    }
    if (piece.size() > room) {
        return fail(progress_.current == state::chunk_end
                        ? "a chunk does not end where its size says"
                    : progress_.current == state::chunk_size ? "a chunk size line exceeds 1 KiB"
                                                             : "the response head exceeds 16 KiB");
    }
    if (!complete) {
        return;
    }
    if (progress_.current == state::chunk_size || progress_.current == state::chunk_end) {
        progress_.chunk_bytes += line_.size();
        // without this limit, the size lines of tiny chunks could be far larger than the body
        if (progress_.chunk_bytes > max_body) {
            return fail("the chunk sizes of the response exceed 1 MiB");
        }
    } else {
        progress_.head_bytes += line_.size();
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
    switch (progress_.current) {
    case state::status_line: return on_status_line(line);
    case state::chunk_size: return on_chunk_size(line);
    case state::chunk_end: progress_.current = state::chunk_size; return; // line_limit(): no text
    default: break;
    }
    const bool trailer = progress_.current == state::trailer_line;
    if (line.empty()) {
        if (trailer) {
            progress_.current = state::complete;
            return;
        }
        return on_end_of_head();
    }
    // RFC 9112 5.2 lets a gateway refuse such a line. This parser refuses it too: parties that join
    // the lines and parties that do not could disagree about where the message ends.
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
    progress_.http_1_0 = line[2] == '0';
    progress_.persistent = !progress_.http_1_0;
    progress_.status = (line[4] - '0') * 100 + (line[5] - '0') * 10 + (line[6] - '0');
    if (progress_.status < 100 || progress_.status > 599) {
        return fail("the response has a status outside 100 to 599");
    }
    if (progress_.status == 101) {
        return fail("the server switched protocols without being asked to");
    }
    progress_.current = state::header_line;
}

void http_response_parser::on_header(std::string_view name, std::string_view value)
{
    if (iequals(name, "content-length")) {
        on_content_length(value);
    } else if (iequals(name, "transfer-encoding")) {
        on_transfer_encoding(value);
    } else if (iequals(name, "connection")) {
        on_connection(value);
    } else if (iequals(name, "content-type")) {
        content_type_ = value;
    } else if (iequals(name, "content-encoding")) {
        on_content_encoding(value);
    } else if (iequals(name, "location")) {
        location_ = value;
    } else if (iequals(name, "server")) {
        server_ = value;
    } else if (iequals(name, "retry-after") && !value.empty() &&
               std::ranges::all_of(value, is_digit)) {
        std::uint64_t seconds = 0;
        const bool fits = parse_digits(value, seconds);
        const auto max = static_cast<std::uint64_t>(max_retry_after.count());
        progress_.retry_after = std::chrono::seconds(fits ? std::min(seconds, max) : max);
    }
}

// A length that is repeated with the same value, as in `5, 5` or in two lines, counts once. RFC
// 9110 8.6 lets a recipient accept or refuse it; RFC 9112 6.3 says to process it.
// Gateways that merge the headers of several parties send such responses, and all recipients agree
// about where the message ends. Refusing one would turn an acknowledgement into unconfirmed rows.
void http_response_parser::on_content_length(std::string_view value)
{
    if (progress_.chunked) { // RFC 9112 6.3: an attack or a bug
        return fail(two_lengths);
    }
    bool found = false;
    while (!value.empty()) {
        const std::string_view element = take_element(value);
        if (element.empty()) { // RFC 9110 5.6.1.2: ignored
            continue;
        }
        std::uint64_t length = 0;
        if (!parse_digits(element, length)) {
            return fail(bad_length);
        }
        if (progress_.has_length && length != progress_.remaining) {
            return fail(two_lengths);
        }
        progress_.remaining = length;
        progress_.has_length = true;
        found = true;
    }
    if (!found) {
        fail(bad_length);
    }
}

void http_response_parser::on_transfer_encoding(std::string_view value)
{
    if (progress_.has_length || progress_.chunked) { // RFC 9112 6.1: chunked is applied only once
        return fail(two_lengths);
    }
    while (!value.empty()) {
        const std::string_view coding = take_element(value);
        if (coding.empty()) {
            continue;
        }
        if (!iequals(coding, "chunked") || progress_.http_1_0) {
            return fail(bad_coding);
        }
        if (progress_.chunked) {
            return fail(two_lengths);
        }
        progress_.chunked = true;
    }
    if (!progress_.chunked) {
        fail(bad_coding);
    }
}

void http_response_parser::on_content_encoding(std::string_view value)
{
    while (!value.empty()) {
        const std::string_view coding = take_element(value);
        progress_.encoded = progress_.encoded || !(coding.empty() || iequals(coding, "identity"));
    }
}

void http_response_parser::on_connection(std::string_view value)
{
    while (!value.empty()) {
        const std::string_view option = take_element(value);
        if (iequals(option, "close")) {
            progress_.close = true;
        } else if (iequals(option, "keep-alive")) {
            progress_.persistent = true;
        }
    }
}

void http_response_parser::on_end_of_head()
{
    if (progress_.status < 200) {
        const unsigned seen = progress_.informational + 1;
        if (seen > max_informational) {
            return fail("the server sent more than 8 informational responses (1xx)");
        }
        reset();
        progress_.started = true;
        progress_.informational = seen;
        return;
    }
    progress_.head_complete = true;
    if (progress_.status == 204 || progress_.status == 304 ||
        (progress_.has_length && progress_.remaining == 0)) {
        progress_.current = state::complete;
    } else if (progress_.chunked) {
        progress_.current = state::chunk_size;
    } else if (progress_.has_length) {
        progress_.current = state::sized_body;
    } else {
        progress_.current = state::body_to_end;
        progress_.remaining = std::numeric_limits<std::uint64_t>::max();
        progress_.close = true;
    }
}

void http_response_parser::on_chunk_size(std::string_view line)
{
    // Some servers pad the size with blanks, which a client has to accept (RFC 9112 7.1.1).
    std::string_view digits = line.substr(0, line.find(';'));
    while (digits.ends_with(' ') || digits.ends_with('\t')) {
        digits.remove_suffix(1);
    }
    progress_.remaining = 0;
    for (const char c : digits) {
        const int digit = hex_value(c);
        if (digit < 0 || progress_.remaining >> 60 != 0) {
            return fail("the response has a malformed chunk size");
        }
        progress_.remaining = progress_.remaining << 4 | static_cast<std::uint64_t>(digit);
    }
    if (digits.empty()) {
        return fail("the response has a malformed chunk size");
    }
    // QuestDB writes "00" for its last chunk, so the value counts, not the text.
    progress_.current = progress_.remaining == 0 ? state::trailer_line : state::chunk_data;
}

void http_response_parser::take_body(std::string_view& in)
{
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), progress_.remaining));
    body_.append(in.substr(0, std::min(n, max_body_kept - body_.size())));
    in.remove_prefix(n);
    progress_.remaining -= n;
    progress_.body_bytes += n;
    if (progress_.body_bytes > max_body) {
        return fail("the response body exceeds 1 MiB");
    }
    if (progress_.remaining == 0) {
        progress_.current =
            progress_.current == state::chunk_data ? state::chunk_end : state::complete;
    }
}

} // namespace coquest::inline v0::detail
