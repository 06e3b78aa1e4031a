// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The configuration string (contract §1.1). One pass from left to right: the first error of the
// text is the one that is reported.

#include <coquest/config.hpp>

#include <coquest/detail/config.hpp>

#include "core/ascii.hpp"
#include "core/config_option.hpp"
#include "core/config_value.hpp"
#include "core/name.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace coquest {
namespace detail {
namespace {

/// Returns the letters, digits and underscores that @p text begins with.
std::string_view identifier(std::string_view text) noexcept
{
    const auto end = std::ranges::find_if_not(text, [](char c) { return is_alnum(c) || c == '_'; });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

class conf_parser {
public:
    conf_parser(std::string_view text, std::string_view source)
        : text_(text), source_(source), illegal_(find_illegal(text))
    {
    }

    fault parse(config& out)
    {
        if (fault failure = service(out)) {
            return failure;
        }
        while (position_ < text_.size()) {
            if (fault failure = pair(out)) {
                return failure;
            }
        }
        return validate(out);
    }

private:
    fault at(std::size_t position, std::string_view problem) const
    {
        std::string message(source_);
        message.append(", byte ").append(std::to_string(position)).append(": ").append(problem);
        return config_fault(std::move(message));
    }

    fault service(config& out)
    {
        const std::string_view name = identifier(text_);
        const std::string_view rest = text_.substr(name.size());
        if (name.empty() || !(rest.empty() || rest.starts_with("::"))) {
            return at(name.size(), name.empty() ? "expected http::, https::, tcp:: or tcps::"
                                                : "expected \"::\" after the protocol");
        }
        if (fault failure = parse_protocol(name, out.transport)) {
            return at(0, rest.empty() ? "expected http::, https::, tcp:: or tcps::"
                                      : failure.info.message);
        }
        position_ = std::min(text_.size(), name.size() + 2);
        return {};
    }

    fault pair(config& out)
    {
        const std::size_t key_position = position_;
        const std::string_view key = identifier(text_.substr(position_));
        const option* const found = find_option(key);
        if (key.empty()) {
            return at(key_position, "expected a key of letters, digits and '_'" + escape_hint());
        }
        if (found == nullptr) {
            return at(key_position, unknown_key(key));
        }
        if (is_seen(found) && found->name != "addr") {
            return at(key_position, "\"" + std::string(key) + "\" is given twice");
        }
        position_ += key.size();
        if (!text_.substr(position_).starts_with('=')) {
            return at(position_, "expected '=' after \"" + std::string(key) + "\"");
        }
        ++position_;
        const std::size_t value_position = position_;
        std::string value;
        fault failure = read_value(*found, value);
        if (!failure) {
            failure = set(out, *found, key, value);
            if (failure) {
                failure = at(value_position, failure.info.message);
            }
        }
        wipe(value.data(), value.size());
        seen_.push_back(found);
        return failure;
    }

    fault set(config& out, const option& found, std::string_view key, std::string_view value) const
    {
        // Only here is it known that the default value of tls_ca was written out.
        const bool other_roots = out.tls.ca != tls_ca::pem_file;
        if (found.name == "tls_roots" && other_roots && is_seen(find_option("tls_ca"))) {
            return roots_conflict();
        }
        fault failure = set_option(out, key, value);
        if (!failure && out.tls.ca != tls_ca::pem_file && !out.tls.roots.empty()) {
            return roots_conflict();
        }
        return failure;
    }

    /// Reads up to a lone ';', and past it.
    fault read_value(const option& found, std::string& out)
    {
        const std::string_view rest = text_.substr(position_);
        out.reserve(rest.size()); // a secret is not to be copied around as the text grows
        for (std::size_t i = 0; i < rest.size(); ++i) {
            if (position_ + i == illegal_) {
                return at(position_ + i, "the value of \"" + std::string(found.name) +
                                             "\" holds a control character or invalid UTF-8");
            }
            if (rest[i] == ';' && !rest.substr(i + 1).starts_with(';')) {
                position_ += i + 1;
                return {};
            }
            i += rest[i] == ';' ? 1 : 0;
            out += rest[i];
        }
        position_ = text_.size();
        // A ';' too many at the end of the text is no part of a value that cannot hold one.
        if (found.text == option_text::plain && out.ends_with(';')) {
            out.pop_back();
        }
        return {};
    }

    /// After a secret, what looks like a key may be the rest of it: not a word of that is repeated.
    std::string unknown_key(std::string_view key) const
    {
        const std::string_view nearest = nearest_key(key);
        const std::string hint = escape_hint();
        std::string message = "unknown key";
        if (hint.empty()) {
            message.append(" \"").append(key.substr(0, 64)).append("\"");
        }
        if (!nearest.empty()) {
            message.append(": did you mean \"").append(nearest).append("\"");
        }
        return message + hint;
    }

    std::string escape_hint() const
    {
        if (seen_.empty() || seen_.back()->text != option_text::secret_text) {
            return {};
        }
        return "; a ';' inside the value of \"" + std::string(seen_.back()->name) +
               "\" is written \";;\"";
    }

    bool is_seen(const option* found) const noexcept
    {
        return std::ranges::find(seen_, found) != seen_.end();
    }

    std::string_view text_;
    std::string_view source_;
    std::size_t illegal_;
    std::size_t position_ = 0;
    std::vector<const option*> seen_;
};

} // namespace

fault parse_protocol(std::string_view text, protocol& out)
{
    for (const protocol known : {protocol::http, protocol::https, protocol::tcp, protocol::tcps}) {
        if (iequals(text, to_string(known))) {
            out = known;
            return {};
        }
    }
    std::string message = "unsupported protocol " + quoted(text);
    const bool qwp = iequals(text, "ws") || iequals(text, "wss") || iequals(text, "udp");
    message += qwp ? " (QWP): this library speaks ILP, use" : ": use";
    return config_fault(message + " http, https, tcp or tcps");
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
    constexpr std::size_t http_rows = 75'000; // the official clients' defaults
    constexpr std::size_t tcp_rows = 600;
    return auto_flush ? auto_flush_rows.value_or(is_http(transport) ? http_rows : tcp_rows) : 0;
}

config parse_config(std::string_view text)
{
    config out;
    detail::conf_parser(text, "configuration string").parse(out).raise();
    return out;
}

config config_from_env()
{
    const char* const text = std::getenv("QDB_CLIENT_CONF");
    if (text == nullptr) {
        throw error(errc::config_error,
                    "environment variable QDB_CLIENT_CONF is not set: give it "
                    "a configuration string such as http::addr=localhost:9000;");
    }
    config out;
    detail::conf_parser(text, "QDB_CLIENT_CONF").parse(out).raise();
    return out;
}

} // namespace coquest
