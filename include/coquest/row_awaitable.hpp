// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The awaitable of a row. Hardly any row has to wait, and a coroutine frame, which
// asio::awaitable<void> always has, costs more than the row. This awaitable can be ready without
// one.
//
// Theory of operation. The functions that end a row return asio::awaitable<committed>. A coroutine
// of Asio can await only an asio::awaitable or an asynchronous operation, so the type cannot be one
// of our own. Instead, this file specialises asio::awaitable for the result `committed`:
// - Without a frame, the awaitable is ready: await_ready() returns true, and co_await continues
//   without a suspension. Nearly all rows return such an awaitable.
// - With a frame, it does what Asio's own template does. The functions that have to wait are
//   coroutines. Their promise type is Asio's awaitable_frame<committed>, which makes the awaitable
//   from itself. await_suspend() pushes the frame on the stack of frames of the caller's thread,
//   where Asio resumes it. await_resume() takes its result or its exception, and destroys it.
//
// This uses three parts of Asio that are not documented: the name awaitable_frame, its functions
// push_frame(), get() and destroy(), and its use of a constructor that takes a pointer.
// tests/unit/sender/row_awaitable.cpp has passed with Asio 1.22.1, 1.24.0, 1.28.2, 1.30.2, 1.34.2,
// 1.36.0 and 1.38.2. To admit a newer one, pass that test with COQUEST_PORTABLE_AWAITABLE=OFF, and
// raise COQUEST_NEWEST_TESTED_ASIO.
//
// With a newer Asio, or with COQUEST_PORTABLE_AWAITABLE=ON, this file specialises nothing:
// `committed` is another name for void, and a row returns asio::awaitable<void>, with a frame for
// each row. A program that awaits its rows, or passes them to functions that take an
// asio::awaitable<void>, compiles with both.
//
// The library and the program must agree. The CMake target coquest::coquest defines the macro as 0
// or 1, also after installation, so a program gets the choice with which the library was compiled.
#pragma once

#include <coquest/detail/asio_setup.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <coroutine>
#include <utility>

/// The newest Asio with which the specialisation has been tested, in the format of ASIO_VERSION.
/// Its later patch releases (1.38.x) are taken for the same. CMakeLists.txt reads this line.
#define COQUEST_NEWEST_TESTED_ASIO 103899

#if !defined(COQUEST_PORTABLE_AWAITABLE)
/// 1 if the functions that end a row return Asio's own awaitable, else 0.
#define COQUEST_PORTABLE_AWAITABLE (ASIO_VERSION > COQUEST_NEWEST_TESTED_ASIO)
#endif

namespace coquest::inline v0 {

/// The result of awaiting a row: the row is committed, and the sender will deliver it.
#if COQUEST_PORTABLE_AWAITABLE
using committed = void;
#else
struct committed {};
#endif

} // namespace coquest::inline v0

#if !COQUEST_PORTABLE_AWAITABLE

namespace coquest::inline v0::detail {
/// Awaits @p row, and drops its result.
asio::awaitable<void> without_result(asio::awaitable<committed> row);
} // namespace coquest::inline v0::detail

/// \cond
/// Completes when a row is committed and the next one may be added. Await it once, in a coroutine
/// of Asio, like any other asio::awaitable. A row that does not have to wait needs no coroutine
/// frame.
template <>
class [[nodiscard]] asio::awaitable<coquest::committed, asio::any_io_executor> {
public:
    /// The type of the result.
    using value_type = coquest::committed;
    /// The type of executor of the coroutine that awaits.
    using executor_type = asio::any_io_executor;

    /// Makes an awaitable that is ready.
    awaitable() noexcept = default;
    /// Takes the coroutine of @p other, which is ready then.
    awaitable(awaitable&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    awaitable(const awaitable&) = delete;
    awaitable& operator=(const awaitable&) = delete;
    /// Exchanges the coroutines.
    awaitable& operator=(awaitable&& other) noexcept
    {
        std::swap(frame_, other.frame_);
        return *this;
    }
    /// Destroys a coroutine that was not awaited. The row stays committed.
    ~awaitable()
    {
        if (frame_ != nullptr) {
            frame_->destroy();
        }
    }

    /// Converts to the awaitable of Asio, for functions that take one.
    operator awaitable<void>() && // NOLINT(google-explicit-constructor)
    {
        return coquest::detail::without_result(std::move(*this));
    }

    /// Returns true if there is nothing to wait for. Called by co_await, as are the next two.
    [[nodiscard]] bool await_ready() const noexcept { return frame_ == nullptr; }
    /// Suspends @p caller until the coroutine has completed.
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller)
    {
        frame_->push_frame(&caller.promise());
    }
    /// Returns the result, or throws the error of the row.
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
/// \endcond
#endif

namespace coquest::inline v0::detail {

/// Returns the awaitable of a row that does not have to wait.
#if COQUEST_PORTABLE_AWAITABLE
asio::awaitable<committed> ready_row();
#else
inline asio::awaitable<committed> ready_row() noexcept
{
    return {};
}
#endif

} // namespace coquest::inline v0::detail
