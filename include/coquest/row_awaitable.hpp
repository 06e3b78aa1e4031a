// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a row awaits. Nearly every row need not wait for anything, and a coroutine of its own, which
// asio::awaitable<void> would be, costs more than the row: so this one can be ready at once.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <coroutine>
#include <utility>

namespace coquest {

/// What co_await returns for a row: it is committed, and the sender will deliver it.
struct committed {};

namespace detail {
/// Completes as @p row does.
asio::awaitable<void> without_result(asio::awaitable<committed> row);
} // namespace detail

} // namespace coquest

/// Awaited as any asio::awaitable, once, in a coroutine of Asio; converts to asio::awaitable<void>.
/// Without a coroutine behind it, it is ready; Asio's own may not be awaited then.
template <>
class [[nodiscard]] asio::awaitable<coquest::committed, asio::any_io_executor> {
public:
    using value_type = coquest::committed;
    using executor_type = asio::any_io_executor;

    awaitable() noexcept = default;
    awaitable(awaitable&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    awaitable(const awaitable&) = delete;
    awaitable& operator=(const awaitable&) = delete;
    awaitable& operator=(awaitable&& other) noexcept
    {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~awaitable()
    {
        if (frame_ != nullptr) {
            frame_->destroy();
        }
    }

    operator awaitable<void>() && // NOLINT(google-explicit-constructor)
    {
        return coquest::detail::without_result(std::move(*this));
    }

    [[nodiscard]] bool await_ready() const noexcept { return frame_ == nullptr; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller)
    {
        frame_->push_frame(&caller.promise());
    }
    coquest::committed await_resume()
    {
        return frame_ == nullptr ? coquest::committed() : awaitable(std::move(*this)).frame_->get();
    }

private:
    using frame = asio::detail::awaitable_frame<coquest::committed, asio::any_io_executor>;
    friend frame;
    explicit awaitable(frame* coroutine) noexcept : frame_(coroutine) {}

    frame* frame_ = nullptr;
};
