// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/async.hpp>

#include <asio/error.hpp>

namespace coquest::inline v0 {

std::exception_ptr detail::own_error(std::exception_ptr thrown)
{
    if (thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::system_error& failure) {
            if (failure.code() == asio::error::operation_aborted) {
                return std::make_exception_ptr(
                    error(errc::cancelled, "the operation was cancelled"));
            }
        } catch (...) { // NOLINT(bugprone-empty-catch): returned unchanged
        }
    }
    return thrown;
}

} // namespace coquest::inline v0
