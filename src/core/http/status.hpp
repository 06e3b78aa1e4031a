// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What an HTTP status means for the rows of a request (RFC 9110 15). One table decides whether
// QuestDB rejected the rows, and whether to retry, with the same or with another server.
#pragma once

#include <coquest/error.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace coquest::inline v0::detail {

/// How the sender treats the rows of a request after the response.
enum class status_meaning : std::uint8_t {
    acknowledged, ///< the rows are stored, if the response has no content
    rejected,     ///< the server refuses the rows as data: the rejection handler decides
    too_large,    ///< the batch is split and sent in parts
    credentials,  ///< the rows are kept and the sender stops; no other server is asked
    unusable,     ///< as credentials, but another server is tried first if there is one
    transient,    ///< the rows are sent again, to another server if there is one
};

/// Returns the name of @p meaning, as in docs/http-statuses.md.
[[nodiscard]] std::string_view name_of(status_meaning meaning) noexcept;

/// One line of the table.
struct status_rule {
    int status;             ///< 100 to 599; for a class, its first status
    status_meaning meaning; ///< how the rows are treated
    std::string_view reason;
    std::string_view hint = {}; ///< what the user can do; empty if only waiting helps
};

/// Returns the two parts of the table: the statuses with a line of their own, and the classes 1xx
/// to 5xx for all other statuses.
[[nodiscard]] std::span<const status_rule> known_statuses() noexcept;
[[nodiscard]] std::span<const status_rule> status_classes() noexcept;

/// Returns the line for @p status, which is from 100 to 599.
[[nodiscard]] const status_rule& rule_of(int status) noexcept;

/// Returns what is known of the rows after a response with the status of @p rule, if the server had
/// received the whole request.
[[nodiscard]] delivery state_after(const status_rule& rule) noexcept;

} // namespace coquest::inline v0::detail
