// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The operations of a sender for any completion token of Asio: callbacks, futures, deferred, and
// awaitables of another executor. Opt in: nothing else includes this file.
#pragma once

#include <coquest/sender.hpp>

#include <asio/associator.hpp>
#include <asio/async_result.hpp>
#include <asio/co_spawn.hpp>

#include <exception>
#include <ranges>
#include <type_traits>
#include <utility>

namespace coquest {

// What holds for every function here.
//
// Each does what the member of the same name does, and completes with what that one throws: a
// std::exception_ptr that is null on success, else holds a coquest::error. So a future, and a
// co_await, throw the same error with the same diagnostics as the member.
//
// Threads: the operation runs on the sender's executor, and may be begun from any thread, but for
// the functions that take a row: these write it at once, and belong on the sender's executor. The
// handler runs on the executor that is associated with it, by default the sender's.
//
// Cancellation: by the handler's slot, or asio::cancel_after, of type terminal; the signal is
// emitted on the sender's executor. The operation ends with errc::cancelled, as the member does.
//
// Lifetime: the sender, and buffers and elements that are passed by reference, outlive the
// operation; with a lazy token, such as asio::deferred, the sender stays in its place until the
// operation has begun. The handler is called exactly once unless the executor's context is
// destroyed before: then not at all.

namespace detail {

/// Turns what Asio throws where a coroutine is cancelled before it begins into errc::cancelled.
[[nodiscard]] std::exception_ptr own_error(std::exception_ptr thrown);

struct async_access {
    static sender_core& core(const row& of) noexcept { return of.core_; }
    static sender_core& core(const sender& of) noexcept { return *of.core_; }
};

/// Passes the result of an operation on.
template <class Handler>
struct own_error_handler {
    template <class... Result>
    void operator()(std::exception_ptr thrown, Result... result)
    {
        std::move(handler)(own_error(std::move(thrown)), std::move(result)...);
    }

    Handler handler;
};

/// Begins a coroutine on the executor.
struct initiate_async {
    using executor_type = asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

    template <class Handler, class Operation>
    void operator()(Handler&& handler, Operation&& operation) const
    {
        asio::co_spawn(executor, std::forward<Operation>(operation),
                       own_error_handler<std::decay_t<Handler>>{std::forward<Handler>(handler)});
    }

    executor_type executor;
};

template <class Token, class Operation>
auto begin(const asio::any_io_executor& executor, Token&& token, Operation operation)
{
    return asio::async_initiate<Token, void(std::exception_ptr)>(initiate_async{executor}, token,
                                                                 std::move(operation));
}

/// Commits a row now, and completes when there is room.
template <class Token, class Write>
auto write_row(sender_core& core, Token&& token, Write write)
{
    bool pause = false;
    std::exception_ptr failure;
    try {
        admit_rows(core);
        write(open_rows(core));
        pause = row_added(core);
    } catch (...) {
        failure = std::current_exception();
    }
    return begin(executor_of(core), std::forward<Token>(token),
                 [&core, pause, failure] { return settle_row(core, pause, failure); });
}

} // namespace detail

/// Makes a sender on @p executor, which is a strand where several threads run its context; see
/// sender_builder::build. Completes with void(std::exception_ptr, sender).
template <asio::completion_token_for<void(std::exception_ptr, sender)> Token>
auto async_build(sender_builder builder, const asio::any_io_executor& executor, Token&& token)
{
    return asio::async_initiate<Token, void(std::exception_ptr, sender)>(
        detail::initiate_async{executor}, token,
        [builder = std::move(builder)] { return builder.build(); });
}

/// Ends and commits the row at once, whatever the token, and completes when there is room; see
/// row::at. `async_at_now(sender.table("t").symbol("s", "v"), token)`.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_at_now(row& of, Token&& token)
{
    return detail::write_row(detail::async_access::core(of), std::forward<Token>(token),
                             [](buffer& rows) { rows.at_now(); });
}
/// As async_at_now, with the row's designated timestamp: any that row::at takes.
template <class Timestamp, asio::completion_token_for<void(std::exception_ptr)> Token>
requires requires(buffer& rows, const Timestamp& value) { rows.at(value); }
auto async_at(row& of, const Timestamp& value, Token&& token)
{
    return detail::write_row(detail::async_access::core(of), std::forward<Token>(token),
                             [&value](buffer& rows) { rows.at(value); });
}

/// Adds a row of a row_schema at once, whatever the token, and completes when there is room; see
/// sender::append.
template <class Row, asio::completion_token_for<void(std::exception_ptr)> Token>
requires detail::is_finished_row<Row>
auto async_append(sender& to, const Row& one, Token&& token)
{
    return detail::write_row(detail::async_access::core(to), std::forward<Token>(token),
                             [&one](buffer& rows) { rows.append(one); });
}
/// Adds a row for each element when the operation runs; see sender::append. Elements that are an
/// lvalue are referred to; a view or an rvalue, and @p row_fn, go with the operation.
template <std::ranges::viewable_range Range, class RowFn,
          asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_append(sender& to, Range&& elements, RowFn row_fn, Token&& token)
{
    return detail::begin(to.get_executor(), std::forward<Token>(token),
                         [&to, all = std::views::all(std::forward<Range>(elements)),
                          row_fn = std::move(row_fn)]() mutable { return to.append(all, row_fn); });
}

/// Delivers every row that is committed when the operation begins; see sender::flush.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush(sender& of, Token&& token)
{
    return detail::begin(of.get_executor(), std::forward<Token>(token),
                         [&of] { return of.flush(); });
}
/// Delivers the rows of @p rows, which nothing else may touch meanwhile; see sender::flush.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush(sender& of, buffer& rows, Token&& token)
{
    return detail::begin(of.get_executor(), std::forward<Token>(token),
                         [&of, &rows] { return of.flush(rows); });
}
/// Delivers a copy of the rows of @p rows; see sender::flush_and_keep.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_flush_and_keep(sender& of, const buffer& rows, Token&& token)
{
    return detail::begin(of.get_executor(), std::forward<Token>(token),
                         [&of, &rows] { return of.flush_and_keep(rows); });
}

/// Flushes and closes; see sender::close.
template <asio::completion_token_for<void(std::exception_ptr)> Token>
auto async_close(sender& of, Token&& token)
{
    return detail::begin(of.get_executor(), std::forward<Token>(token),
                         [&of] { return of.close(); });
}

} // namespace coquest

/// Lets a handler keep its executor, allocator and cancellation slot.
template <template <class, class> class Associator, class Handler, class Default>
struct asio::associator<Associator, coquest::detail::own_error_handler<Handler>, Default>
    : Associator<Handler, Default> {
    using wrapped = coquest::detail::own_error_handler<Handler>;
    static auto get(const wrapped& of) noexcept
    {
        return Associator<Handler, Default>::get(of.handler);
    }
    static auto get(const wrapped& of, const Default& otherwise) noexcept
    {
        return Associator<Handler, Default>::get(of.handler, otherwise);
    }
};
