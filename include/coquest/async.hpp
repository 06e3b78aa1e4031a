// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The operations of a sender for any completion token of Asio: callbacks, futures, deferred, and
// awaitables of another executor. No other header includes this one.
#pragma once

#include <coquest/detail/asio_setup.hpp>
#include <coquest/detail/error_code.hpp>
#include <coquest/sender.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_executor.hpp>
#include <asio/associator.hpp>
#include <asio/async_result.hpp>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <concepts>
#include <exception>
#include <ranges>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace coquest::inline v0 {

/// \file
/// The contract of every function in this header.
///
/// Each does what the member function of that name does.
///
/// Completes with a std::exception_ptr, which is null on success and holds a coquest::error on
/// failure. A future or a co_await therefore throws the same error, with the same diagnostics, as
/// the member function.
///
/// The forms that take a diagnostics complete with a std::error_code instead, as Asio's own
/// operations do, so that asio::redirect_error, asio::as_tuple and asio::use_future treat them as
/// those. The diagnostics must outlive the operation, and are set before it completes.
///
/// Cancellation: by the slot of the handler, or by asio::cancel_after, with the type terminal. Emit
/// the signal on the executor of the sender. The operation ends with errc::cancelled.
///
/// Lifetime: the sender, and buffers and elements that are passed by reference, must outlive the
/// operation. With a lazy token, such as asio::deferred, the sender must not be moved before the
/// operation has begun. The handler is called exactly once, or never if the execution context is
/// destroyed before.
///
/// Threads: the operation runs on the executor of the sender, and any thread may begin it.
/// Functions that take a row write the row immediately, and belong on the executor of the sender.
/// The handler runs on its associated executor, which is by default that of the sender.

namespace detail {

/// Converts the exception of Asio for a coroutine that was cancelled before it began to
/// errc::cancelled.
[[nodiscard]] std::exception_ptr own_error(std::exception_ptr thrown);

struct async_access {
    static sender_core* core(const row& source) noexcept { return source.core_; }
    static sender_core* core(const sender& source) noexcept { return source.core_.get(); }
    /// Ends a row by @p end, which is called with its buffer. Returns true if the caller should
    /// pause before it adds more rows.
    template <class End>
    static bool end_row(row& open_row, const End& end)
    {
        return open_row.end_by(end);
    }
};

/// Reports the failure of an operation as an exception.
struct report_exception {
    std::exception_ptr operator()(std::exception_ptr thrown) const
    {
        return own_error(std::move(thrown));
    }
};

/// Reports the failure of an operation as an error code, and stores its diagnostics.
struct report_code {
    std::error_code operator()(const std::exception_ptr& thrown) const
    {
        return code_of(thrown, info);
    }

    diagnostics* info;
};

template <class Report>
using reported_failure = std::invoke_result_t<const Report&, std::exception_ptr>;

/// Calls a handler with a result. It is posted with the allocator of the handler.
template <class Handler, class... Result>
struct posted_result {
    using allocator_type = asio::associated_allocator_t<Handler>;
    [[nodiscard]] allocator_type get_allocator() const noexcept
    {
        return asio::get_associated_allocator(handler);
    }
    void operator()() { std::apply(std::move(handler), std::move(result)); }

    Handler handler;
    std::tuple<Result...> result;
};

/// Passes the result of an operation on: by a call if the handler has the executor on which the
/// operation ran, else by a post. A dispatch to the executor of a context would call the handler
/// immediately, still inside a strand of that context.
template <class Handler, class Report>
struct result_handler {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class... Result>
    void operator()(std::exception_ptr thrown, Result... result)
    {
        reported_failure<Report> failure = report(std::move(thrown));
        const auto target = asio::get_associated_executor(handler, executor);
        if constexpr (std::convertible_to<decltype(target), asio::any_io_executor>) {
            if (executor == asio::any_io_executor(target)) {
                std::move(handler)(std::move(failure), std::move(result)...);
                return;
            }
        }
        asio::post(target, posted_result<Handler, reported_failure<Report>, Result...>{
                               std::move(handler), {std::move(failure), std::move(result)...}});
    }

    Handler handler;
    Report report;
    asio::any_io_executor executor;
    decltype(asio::make_work_guard(std::declval<const Handler&>(),
                                   std::declval<const asio::any_io_executor&>())) work =
        asio::make_work_guard(std::as_const(handler), std::as_const(executor));
};

/// Begins a coroutine on the executor. Without an executor, it ends as a call on a closed sender
/// does.
template <class Report, class... Result>
struct initiate_async {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler, class Operation>
    void operator()(Handler&& handler, Operation&& operation) const
    {
        if (!executor) { // there is no sender
            auto target = asio::get_associated_executor(handler);
            const std::exception_ptr failure =
                needs_sender ? std::make_exception_ptr(no_sender()) : nullptr;
            asio::post(target,
                       posted_result<std::decay_t<Handler>, reported_failure<Report>, Result...>{
                           std::forward<Handler>(handler), {report(failure), Result()...}});
            return;
        }
        asio::co_spawn(executor, std::forward<Operation>(operation),
                       result_handler<std::decay_t<Handler>, Report>{std::forward<Handler>(handler),
                                                                     report, executor});
    }

    executor_type executor;
    Report report;
    bool needs_sender = true;
};

template <class Report, class Token, class Operation>
auto begin(const asio::any_io_executor& executor, const Report& report, Token&& token,
           Operation operation, bool needs_sender = true)
{
    return asio::async_initiate<Token, void(reported_failure<Report>)>(
        initiate_async<Report>{executor, report, needs_sender}, token, std::move(operation));
}

/// Commits a row by @p write before it returns, and completes when there is room.
template <class Token, class Write>
auto write_row(sender_core* core, Token&& token, Write write)
{
    bool pause = false;
    std::exception_ptr failure;
    try {
        pause = write();
    } catch (...) {
        failure = std::current_exception();
    }
    return begin(executor_of(core), report_exception(), std::forward<Token>(token),
                 [core, pause, failure] { return settle_row(core, pause, failure); });
}

} // namespace detail

/// Makes a sender on @p executor, as sender_builder::build does. If several threads run the
/// context, @p executor must be a strand. Completes with void(std::exception_ptr, sender).
template <asio::completion_token_for<void(std::exception_ptr, sender)> Token>
auto async_build(sender_builder builder, const asio::any_io_executor& executor, Token&& token)
{
    return asio::async_initiate<Token, void(std::exception_ptr, sender)>(
        detail::initiate_async<detail::report_exception, sender>{executor, {}}, token,
        [builder = std::move(builder)] { return builder.build(); });
}

/// Makes a sender in the same way, and completes with void(std::error_code, sender).
template <asio::completion_token_for<void(std::error_code, sender)> Token>
auto async_build(sender_builder builder, const asio::any_io_executor& executor, diagnostics& info,
                 Token&& token)
{
    return asio::async_initiate<Token, void(std::error_code, sender)>(
        detail::initiate_async<detail::report_code, sender>{executor, {&info}}, token,
        [builder = std::move(builder)] { return builder.build(); });
}

/// Ends a row as row::at_now does: `async_at_now(sender.table("t").symbol("s", "v"), token)`. The
/// row is committed before the function returns, with any token. Completes when there is room.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_at_now(row& open_row, Token&& token)
{
    return detail::write_row(
        detail::async_access::core(open_row), std::forward<Token>(token), [&open_row] {
            return detail::async_access::end_row(open_row, [](buffer& rows) { rows.at_now(); });
        });
}
/// Ends a temporary row in the same way.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_at_now(row&& open_row, Token&& token)
{
    return async_at_now(open_row, std::forward<Token>(token));
}
/// Ends a row as row::at does, with a designated timestamp of any type that row::at takes.
/// The row is committed before the function returns. Completes when there is room.
template <class Timestamp, asio::completion_token_for<void(std::exception_ptr)> Token>
requires requires(buffer& rows, const Timestamp& value) { rows.at(value); }
auto async_at(row& open_row, const Timestamp& value, Token&& token)
{
    return detail::write_row(detail::async_access::core(open_row), std::forward<Token>(token),
                             [&open_row, &value] {
                                 return detail::async_access::end_row(
                                     open_row, [&value](buffer& rows) { rows.at(value); });
                             });
}
/// Ends a temporary row in the same way.
template <class Timestamp, asio::completion_token_for<void(std::exception_ptr)> Token>
requires requires(buffer& rows, const Timestamp& value) { rows.at(value); }
auto async_at(row&& open_row, const Timestamp& value, Token&& token)
{
    return async_at(open_row, value, std::forward<Token>(token));
}

/// Adds a row of a row_schema as sender::append does. The row is committed before the function
/// returns, with any token. Completes when there is room.
template <class Row, asio::completion_token_for<void(std::exception_ptr)> Token>
requires detail::is_finished_row<Row>
auto async_append(sender& target, const Row& finished, Token&& token)
{
    detail::sender_core* const core = detail::async_access::core(target);
    return detail::write_row(core, std::forward<Token>(token), [core, &finished] {
        return detail::add_row(core, [&finished](buffer& rows) { rows.append(finished); });
    });
}
/// Adds a row for each element of a range, as sender::append does, when the operation runs. An
/// lvalue range is referred to; a view, an rvalue range and @p row_fn are moved into the operation.
template <std::ranges::viewable_range Range, class RowFn,
          asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_append(sender& target, Range&& elements, RowFn row_fn, Token&& token)
{
    return detail::begin(
        target.get_executor(), detail::report_exception(), std::forward<Token>(token),
        [&target, view = std::views::all(std::forward<Range>(elements)),
         row_fn = std::move(row_fn)]() mutable { return target.append(view, row_fn); });
}

/// Delivers every row that is committed when the operation begins, as sender::flush does.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush(sender& target, Token&& token)
{
    return detail::begin(target.get_executor(), detail::report_exception(),
                         std::forward<Token>(token), [&target] { return target.flush(); });
}
/// Delivers every row in the same way, and completes with void(std::error_code).
template <asio::completion_token_for<void(std::error_code)> Token>
auto async_flush(sender& target, diagnostics& info, Token&& token)
{
    return detail::begin(target.get_executor(), detail::report_code{&info},
                         std::forward<Token>(token), [&target] { return target.flush(); });
}
/// Delivers the rows of a buffer, as sender::flush(buffer&) does. The buffer must not be used
/// before the operation has completed.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush(sender& target, buffer& rows, Token&& token)
{
    return detail::begin(target.get_executor(), detail::report_exception(),
                         std::forward<Token>(token),
                         [&target, &rows] { return target.flush(rows); });
}
/// Delivers the rows of a buffer in the same way, and completes with void(std::error_code).
template <asio::completion_token_for<void(std::error_code)> Token>
auto async_flush(sender& target, buffer& rows, diagnostics& info, Token&& token)
{
    return detail::begin(target.get_executor(), detail::report_code{&info},
                         std::forward<Token>(token),
                         [&target, &rows] { return target.flush(rows); });
}
/// Delivers a copy of the rows of a buffer, as sender::flush_and_keep does.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush_and_keep(sender& target, const buffer& rows, Token&& token)
{
    return detail::begin(target.get_executor(), detail::report_exception(),
                         std::forward<Token>(token),
                         [&target, &rows] { return target.flush_and_keep(rows); });
}

/// Delivers all rows and closes the sender, as sender::close does.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_close(sender& target, Token&& token)
{
    return detail::begin(
        target.get_executor(), detail::report_exception(), std::forward<Token>(token),
        [&target] { return target.close(); }, false);
}
/// Closes the sender in the same way, and completes with void(std::error_code).
template <asio::completion_token_for<void(std::error_code)> Token>
auto async_close(sender& target, diagnostics& info, Token&& token)
{
    return detail::begin(
        target.get_executor(), detail::report_code{&info}, std::forward<Token>(token),
        [&target] { return target.close(); }, false);
}

} // namespace coquest::inline v0

/// \cond
/// Keeps the allocator and the cancellation slot of a handler. The executor is that of the
/// operation.
template <template <class, class> class Associator, class Handler, class Report, class Default>
requires(!std::same_as<Associator<Handler, Default>, asio::associated_executor<Handler, Default>>)
struct asio::associator<Associator, coquest::detail::result_handler<Handler, Report>, Default>
    : Associator<Handler, Default> {
    using wrapped = coquest::detail::result_handler<Handler, Report>;
    static auto get(const wrapped& outer) noexcept
    {
        return Associator<Handler, Default>::get(outer.handler);
    }
    static auto get(const wrapped& outer, const Default& otherwise) noexcept
    {
        return Associator<Handler, Default>::get(outer.handler, otherwise);
    }
};
/// \endcond
