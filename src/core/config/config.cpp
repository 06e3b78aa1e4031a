// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The configuration string (docs/protocol.md, Configuration). The parser makes one pass from left
// to right, so that it reports the first error in the text.

#include <coquest/config.hpp>

#include "core/config/config_parser.hpp"
#include "core/config/environment.hpp"
#include "core/config/option.hpp"
#include "core/config/option_value.hpp"
#include "core/config/value.hpp"
#include "core/text/ascii.hpp"
#include "core/text/quoted.hpp"
#include "core/text/wipe.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace coquest::inline v0 {
namespace detail {
namespace {

/// Returns the letters, digits and underscores that @p text begins with.
std::string_view identifier(std::string_view text) noexcept
{
    const auto end = std::ranges::find_if_not(text, [](char c) { return is_alnum(c) || c == '_'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// Returns the protocol to suggest in place of the scheme of a URL.
std::string_view https_or_http(std::string_view scheme) noexcept
{
    return iequals(scheme, "https") || iequals(scheme, "wss") ? "https" : "http";
}

class conf_parser {
public:
    conf_parser(std::string_view text, std::string_view source)
        : text_(text), source_(source), illegal_(find_illegal(text))
    {
    }

    status parse(parsed_config& out)
    {
        if (status result = read_protocol(out.options); !result.ok()) {
            return result;
        }
        while (position_ < text_.size()) {
            if (status result = read_pair(out.options); !result.ok()) {
                return result;
            }
        }
        out.given = given_;
        return validate(out.options);
    }

private:
    status error_at(std::size_t position, std::string_view text) const
    {
        std::string message(source_);
        message.append(", byte ").append(std::to_string(position)).append(": ").append(text);
        return config_error(std::move(message));
    }

    status read_protocol(config& out)
    {
        const std::string_view name = identifier(text_);
        const std::string_view after_name = text_.substr(name.size());
        if (!name.empty() && after_name.starts_with("://")) {
            return error_at(name.size(), "a URL is not a configuration string: write " +
                                             std::string(https_or_http(name)) +
                                             "::addr=host:port;");
        }
        if (name.empty() || !(after_name.empty() || after_name.starts_with("::"))) {
            return error_at(name.size(), name.empty() ? "expected http::, https::, tcp:: or tcps::"
                                                      : "expected \"::\" after the protocol");
        }
        if (status result = parse_protocol(name, out.transport); !result.ok()) {
            return error_at(0, after_name.empty() ? "expected http::, https::, tcp:: or tcps::"
                                                  : result.info().message);
        }
        position_ = std::min(text_.size(), name.size() + 2);
        return {};
    }

    status read_pair(config& out)
    {
        const std::size_t key_position = position_;
        const std::string_view key = identifier(text_.substr(position_));
        const option* const found = find_option(key);
        if (key.empty()) {
            return error_at(key_position,
                            "expected a key of letters, digits and '_'" + escape_hint());
        }
        if (found == nullptr || !is_key(*found)) {
            return error_at(key_position, unknown_key(key));
        }
        if (is_given(found) && found->key != "addr") {
            return error_at(key_position, "\"" + std::string(key) + "\" is given twice");
        }
        position_ += key.size();
        if (!text_.substr(position_).starts_with('=')) {
            return error_at(position_, "expected '=' after \"" + std::string(key) + "\"");
        }
        ++position_;
        const std::size_t value_position = position_;
        std::string value;
        status result = read_value(*found, value);
        if (result.ok()) {
            result = set(out, *found, key, value);
            if (!result.ok()) {
                result = error_at(value_position, result.info().message);
            }
        }
        wipe(value.data(), value.size());
        given_.push_back(found);
        return result;
    }

    status set(config& out, const option& found, std::string_view key, std::string_view value) const
    {
        // Only this class knows whether the text sets tls_ca explicitly to its default.
        const bool other_roots = out.tls.ca != tls_ca::pem_file;
        if (found.key == "tls_roots" && other_roots && is_given(find_option("tls_ca"))) {
            return roots_conflict();
        }
        status result = set_option(out, key, value);
        if (result.ok() && out.tls.ca != tls_ca::pem_file && !out.tls.roots.empty()) {
            return roots_conflict();
        }
        return result;
    }

    /// Reads a value and the lone ';' that ends it.
    status read_value(const option& found, std::string& out)
    {
        const std::string_view remaining = text_.substr(position_);
        out.reserve(remaining.size()); // growth would leave copies of a secret behind
        for (std::size_t i = 0; i < remaining.size(); ++i) {
            if (position_ + i == illegal_) {
                return error_at(position_ + i, "the value of \"" + std::string(found.key) +
                                                   "\" holds a control character or invalid UTF-8");
            }
            if (remaining[i] == ';' && !remaining.substr(i + 1).starts_with(';')) {
                position_ += i + 1;
                return {};
            }
            i += remaining[i] == ';' ? 1 : 0;
            out += remaining[i];
        }
        position_ = text_.size();
        // A surplus ';' at the end of the text does not belong to a value that cannot hold one.
        if (!is_free_text(found) && out.ends_with(';')) {
            out.pop_back();
        }
        return {};
    }

    /// Returns the message for an unknown key. What looks like a key may be part of a secret: the
    /// text after a ';' inside it, or a secret without its key or '='. The message therefore
    /// repeats only text that is spelled like a key, and nothing that follows a secret.
    std::string unknown_key(std::string_view key) const
    {
        const std::string_view nearest = nearest_key(key);
        const std::string_view before = secret_before(key);
        const bool follows_secret =
            std::ranges::any_of(given_, [](const option* row) { return is_secret(*row); });
        const bool is_spelled_as_key = text_.substr(position_ + key.size()).starts_with('=') &&
                                       (!nearest.empty() || std::ranges::all_of(key, [](char c) {
                                           return (c >= 'a' && c <= 'z') || c == '_';
                                       }));
        std::string message = "unknown key";
        if (nearest.empty() && !before.empty()) {
            message.append(": expected '=' after \"").append(before).append("\"");
        } else if (!follows_secret && before.empty() && is_spelled_as_key) {
            message.append(" \"").append(key.substr(0, 64)).append("\"");
        }
        if (!nearest.empty()) {
            message.append(": did you mean \"").append(nearest).append("\"");
        }
        return message + escape_hint();
    }

    std::string escape_hint() const
    {
        if (given_.empty() || !is_secret(*given_.back())) {
            return {};
        }
        return "; a ';' inside the value of \"" + std::string(given_.back()->key) +
               "\" is written \";;\"";
    }

    bool is_given(const option* found) const noexcept
    {
        return std::ranges::find(given_, found) != given_.end();
    }

    std::string_view text_;
    std::string_view source_;
    std::size_t illegal_;
    std::size_t position_ = 0;
    std::vector<const option*> given_;
};

} // namespace

status parse_text(std::string_view text, parsed_config& out)
{
    return is_null_text(text) ? config_error("the configuration string is a null pointer")
                              : conf_parser(text, "configuration string").parse(out);
}

status parse_environment(parsed_config& out)
{
    const char* const text = environment("QDB_CLIENT_CONF");
    if (text == nullptr) {
        return config_error("environment variable QDB_CLIENT_CONF is not set: give it "
                            "a configuration string such as http::addr=localhost:9000;");
    }
    return conf_parser(text, "QDB_CLIENT_CONF").parse(out);
}

status set_option(config& target, std::string_view key, std::string_view value)
{
    const option* const found = find_option(key);
    if (found == nullptr) {
        const std::string_view nearest = nearest_key(key);
        std::string message = "unknown key " + quoted(key);
        if (!nearest.empty()) {
            message.append(": did you mean \"").append(nearest).append("\"");
        }
        return config_error(std::move(message));
    }
    option row = *found;
    row.key = key; // messages name an alias as it was written
    return set_text(target, row, value);
}

status parse_protocol(std::string_view text, protocol& out)
{
    if (is_null_text(text)) {
        return config_error("the protocol is a null pointer: use http, https, tcp or tcps");
    }
    for (const protocol known : {protocol::http, protocol::https, protocol::tcp, protocol::tcps}) {
        if (iequals(text, to_string(known))) {
            out = known;
            return {};
        }
    }
    std::string message = "unsupported protocol " + quoted(text);
    const bool qwp = iequals(text, "ws") || iequals(text, "wss") || iequals(text, "udp");
    message += qwp ? " (QWP): this library speaks ILP, use" : ": use";
    return config_error(message + " http, https, tcp or tcps");
}

} // namespace detail

std::string_view to_string(protocol transport) noexcept
{
    switch (transport) {
    case protocol::http: return "http";
    case protocol::https: return "https";
    case protocol::tcp: return "tcp";
    case protocol::tcps: return "tcps";
    }
    return "unknown";
}

std::string to_string(const server_address& address)
{
    const bool v6 = address.host.find(':') != std::string::npos;
    return (v6 ? "[" + address.host + "]:" : address.host + ":") + std::to_string(address.port);
}

std::size_t config::rows_per_batch() const noexcept
{
    return auto_flush ? auto_flush_rows.value_or(detail::default_rows_per_batch(transport)) : 0;
}

config parse_config(detail::text_argument text)
{
    detail::parsed_config out;
    detail::parse_text(text, out).raise();
    return std::move(out.options);
}

config config_from_env()
{
    detail::parsed_config out;
    detail::parse_environment(out).raise();
    return std::move(out.options);
}

} // namespace coquest::inline v0
