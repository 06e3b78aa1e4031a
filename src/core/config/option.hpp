// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The table of options. One row holds what is known about an option; its default is that of its
// member in config. The parser, the setters of the builder, the checks, docs/configuration.md and
// `coquest conf` follow from the rows.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coquest::inline v0::detail {

/// The transports that an option applies to.
enum class option_scope : std::uint8_t { any, http, tcp, tls };

/// What a value is, and how a text gives it.
enum class option_type : std::uint8_t {
    addresses,
    text,
    secret_text,  // never shown
    password,     // a secret that may be empty
    ip_address,   // of this machine
    pem_path,     // of a file
    crl_path,     // of a file
    pins,         // hashes of public keys
    keyword,      // one of a few texts, such as on and off
    milliseconds, // whole ones
    number,
    bytes,             // may end in k, m or g
    pem_text,          // set by programs only: a configuration string has one line
    header,            // set by programs only
    keystore_password, // always refused
};

/// The values that a number may have.
struct value_range {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    bool may_be_off = false; // the text "off", which is 0, or empty if the member is optional
};

/// Names the member of config or of tls_options that holds an option.
using option_member = std::variant<
    std::monostate, std::vector<server_address> config::*, std::optional<std::string> config::*,
    std::string config::*, std::optional<secret> config::*, std::chrono::milliseconds config::*,
    std::optional<std::chrono::milliseconds> config::*, std::size_t config::*,
    std::optional<std::size_t> config::*, bool config::*, std::optional<protocol_version> config::*,
    std::string tls_options::*, secret tls_options::*, std::vector<std::string> tls_options::*,
    bool tls_options::*, tls_ca tls_options::*, tls_verify tls_options::*, tls_min tls_options::*>;

struct option {
    std::string_view key;
    option_type type;
    option_scope scope;
    option_member member;
    value_range range; // of a number
    std::string_view doc;
};

/// Returns all options, including those that only a program can set.
[[nodiscard]] std::span<const option> all_options() noexcept;

/// Returns whether a configuration string may have @p row.
[[nodiscard]] constexpr bool is_key(const option& row) noexcept
{
    return row.type != option_type::pem_text && row.type != option_type::header;
}

/// Returns whether no message and no report may show the value of @p row.
[[nodiscard]] constexpr bool is_secret(const option& row) noexcept
{
    return row.type == option_type::secret_text || row.type == option_type::password ||
           row.type == option_type::keystore_password;
}

/// Returns whether a value of @p row can hold a ';'.
[[nodiscard]] constexpr bool is_free_text(const option& row) noexcept
{
    return is_secret(row) || row.type == option_type::text || row.type == option_type::pem_path ||
           row.type == option_type::crl_path;
}

/// Returns the option with the name or alias @p key, or null if no option has it.
[[nodiscard]] const option* find_option(std::string_view key) noexcept;

/// Returns the option that @p member holds. There must be one.
[[nodiscard]] const option& option_of(const option_member& member) noexcept;

/// Returns the longest key of a secret that is a proper prefix of @p text, compared without regard
/// to case. Returns an empty string if @p text begins with no such key.
[[nodiscard]] std::string_view secret_before(std::string_view text) noexcept;

/// Returns the known key that @p key seems to be a misspelling of, or an empty string.
[[nodiscard]] std::string_view nearest_key(std::string_view key) noexcept;

/// Fails if the option @p row has no effect with @p transport.
[[nodiscard]] status check_scope(const option& row, protocol transport);

/// Returns the error for tls_roots together with a tls_ca other than pem_file.
[[nodiscard]] status roots_conflict();

} // namespace coquest::inline v0::detail
