// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Results of attempts to send a batch, as transports report them.
#pragma once

#include <coquest/detail/status.hpp>
#include <coquest/error.hpp>

#include <chrono>
#include <cstddef>

namespace coquest::test {

inline detail::status failure_of(errc code, delivery state, bool retryable, int http_status = 0)
{
    detail::status failure(code, "it failed");
    failure.amend().state = state;
    failure.amend().retryable = retryable;
    failure.amend().http_status = http_status;
    return failure;
}

/// The connection broke before the rows were sent.
inline detail::status not_sent()
{
    return failure_of(errc::socket_error, delivery::not_sent, true);
}

/// The connection broke before an answer came.
inline detail::status unconfirmed()
{
    return failure_of(errc::socket_error, delivery::unconfirmed, true);
}

/// The server is overloaded, and asks for a pause.
inline detail::status unavailable(std::chrono::milliseconds retry_after)
{
    detail::status failure = failure_of(errc::server_flush_error, delivery::not_sent, true, 503);
    failure.amend().retry_after = retry_after;
    return failure;
}

/// The server rejected the rows, because of row number @p line, counted from 1; 0: it named none.
inline detail::status rejected(std::size_t line = 0)
{
    detail::status failure = failure_of(errc::server_flush_error, delivery::rejected, false, 400);
    failure.amend().server_line = line;
    return failure;
}

/// The server failed at row number @p line, counted from 1; 0: it named none.
inline detail::status internal_error(std::size_t line)
{
    detail::status failure = failure_of(errc::server_flush_error, delivery::unconfirmed, true, 500);
    failure.amend().server_line = line;
    return failure;
}

inline detail::status too_large()
{
    return failure_of(errc::server_flush_error, delivery::rejected, false, 413);
}

inline detail::status wrong_password()
{
    return failure_of(errc::auth_error, delivery::not_sent, false, 401);
}

} // namespace coquest::test
