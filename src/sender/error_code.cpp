// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/error_code.hpp>

#include <asio/error.hpp>

#include <new>
#include <utility>

namespace coquest::inline v0 {
namespace {

diagnostics with_message(const char* message)
{
    diagnostics result;
    result.message = message;
    return result;
}

} // namespace

std::error_code detail::code_of(const std::exception_ptr& thrown, diagnostics* info)
{
    diagnostics unused;
    diagnostics& out = info != nullptr ? *info : unused;
    try {
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        out = diagnostics();
        return {};
    } catch (const error& failure) {
        out = failure.info();
        return failure.code();
    } catch (const std::bad_alloc&) {
        out = diagnostics();
        return std::make_error_code(std::errc::not_enough_memory);
    } catch (const std::system_error& failure) {
        out = with_message(failure.what());
        return failure.code() == asio::error::operation_aborted ? errc::cancelled : failure.code();
    }
}

asio::awaitable<std::error_code> detail::code_of(asio::awaitable<void> operation, diagnostics* info)
{
    std::exception_ptr thrown;
    try {
        co_await std::move(operation);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_return code_of(thrown, info);
}

} // namespace coquest::inline v0
