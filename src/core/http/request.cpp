// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/request.hpp"

#include <coquest/version.hpp>

#include "core/text/ascii.hpp"
#include "core/text/base64.hpp"
#include "core/text/wipe.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <span>

namespace coquest::inline v0::detail {
namespace {

constexpr std::string_view write_line = "POST /write?precision=n HTTP/1.1\r\n";
constexpr std::string_view settings_line = "GET /settings HTTP/1.1\r\n";
constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::size_t length_digits = std::numeric_limits<std::size_t>::digits10 + 1;

/// Appends a header. validate() accepts no control characters; any others are dropped here, so that
/// a value cannot inject a header.
void append_header(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ");
    for (const char c : value) {
        assert(!is_control(c));
        if (!is_control(c)) {
            out += c;
        }
    }
    out += "\r\n";
}

/// Returns the value of the Host header. It leaves out an IPv6 zone, which has only local meaning.
std::string host_value(const server_address& server)
{
    server_address shown = server;
    shown.host.resize(std::min(shown.host.find('%'), shown.host.size()));
    return to_string(shown);
}

/// Holds the value of the Authorization header. Its memory is reserved once, so that growth leaves
/// no copies, and is wiped by the destructor.
class credentials {
public:
    explicit credentials(const config& options)
    {
        if (options.username && options.password) {
            const std::string_view user = *options.username;
            const std::string_view password = options.password->reveal();
            std::string plain;
            plain.reserve(user.size() + 1 + password.size());
            plain.append(user).append(":").append(password);
            text_.reserve(6 + base64_length(plain.size(), base64::standard));
            text_ = "Basic ";
            base64_encode(std::as_bytes(std::span(plain)), base64::standard, text_);
            wipe(plain.data(), plain.size());
        } else if (options.token) {
            const std::string_view token = options.token->reveal();
            text_.reserve(7 + token.size());
            text_.append("Bearer ").append(token);
        }
    }
    credentials(const credentials&) = delete;
    credentials& operator=(const credentials&) = delete;
    ~credentials() { wipe(text_.data(), text_.size()); }

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
    std::string text_;
};

} // namespace

http_request_head::http_request_head(const config& options, const server_address& server)
{
    std::string common;
    append_header(common, "Host", host_value(server));
    append_header(common, "User-Agent",
                  options.user_agent.empty() ? "coquest/" COQUEST_VERSION : options.user_agent);
    append_header(common, "Accept", "*/*");

    const credentials authorization(options);
    constexpr std::size_t fixed_parts = 256; // request line, names, content type, digits
    const std::size_t bound = common.size() + authorization.text().size() + fixed_parts;
    post_.reserve(bound);
    post_.append(write_line).append(common);
    append_header(post_, "Content-Type", "text/plain; charset=utf-8");
    settings_.append(settings_line).append(common).append("\r\n");
    if (!authorization.text().empty()) {
        append_header(post_, "Authorization", authorization.text());
        settings_authorized_.reserve(bound);
        settings_authorized_.append(settings_line).append(common);
        append_header(settings_authorized_, "Authorization", authorization.text());
        settings_authorized_.append("\r\n");
    }
    // Content-Length comes last because the number of its digits varies.
    post_.append("Content-Length: ");
    post_prefix_ = post_.size();
    post_.append(length_digits + end_of_head.size(), ' ');
    assert(post_.size() <= bound && settings_authorized_.size() <= bound);
}

http_request_head::~http_request_head()
{
    wipe(post_.data(), post_.size());
    wipe(settings_authorized_.data(), settings_authorized_.size());
}

std::string_view http_request_head::post(std::size_t content_length) noexcept
{
    char* const digits = post_.data() + post_prefix_;
    char* const end = std::to_chars(digits, digits + length_digits, content_length).ptr;
    end_of_head.copy(end, end_of_head.size());
    const auto size = static_cast<std::size_t>(end - post_.data()) + end_of_head.size();
    return {post_.data(), size};
}

} // namespace coquest::inline v0::detail
