// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "core/ilp/column_encoder.hpp"
#include "sender/sender_core.hpp"

#include <coquest/detail/error_code.hpp>

#include <exception>
#include <utility>

namespace coquest::inline v0 {

namespace {

using detail::buffer_access;

const asio::any_io_executor no_executor;

// Fails with the error of a sender that was never built or was moved from.
asio::awaitable<void> fail_closed()
{
    throw detail::no_sender();
    co_return;
}

} // namespace

const asio::any_io_executor& detail::executor_of(const sender_core* core) noexcept
{
    return core != nullptr ? core->driver().executor() : no_executor;
}

buffer& detail::rows_for_next(sender_core* core)
{
    return core != nullptr ? core->gate().rows_for_next() : buffer_access::no_rows();
}

void detail::admit(sender_core* core)
{
    if (core == nullptr) {
        throw no_sender();
    }
    core->gate().admit();
}

void detail::admit(sender_core& core, buffer& rows)
{
    core.gate().admit(rows);
}

bool detail::commit_row(sender_core& core, buffer& rows)
{
    return core.gate().commit(rows);
}

asio::awaitable<committed> detail::pause(sender_core& core)
{
    return core.pause();
}

asio::awaitable<committed> detail::refuse_row(std::exception_ptr failure)
{
    std::rethrow_exception(failure);
    co_return committed();
}

asio::awaitable<void> detail::settle_row(sender_core* core, bool wait, std::exception_ptr failure)
{
    return failure ? refuse_row(std::move(failure)) : wait ? core->pause() : ready_row();
}

error detail::no_sender()
{
    return {errc::closed, "there is no sender: it was never built, or was moved from"};
}

#if COQUEST_PORTABLE_AWAITABLE
asio::awaitable<committed> detail::ready_row()
{
    co_return committed();
}
#else
asio::awaitable<void> detail::without_result(asio::awaitable<committed> row)
{
    co_await std::move(row);
}
#endif

error row::not_open() const
{
    return rows_ == &buffer_access::no_rows()
               ? detail::no_sender()
               : error(errc::invalid_api_call,
                       "the row was ended before: begin another by `table`");
}

void row::withdraw() noexcept
{
    core_->gate().discard(*rows_);
}

template <class... Timestamp>
asio::awaitable<committed> row::finish(Timestamp... value)
{
    return detail::row_result(core_, [&] {
        return end_by([&](buffer& rows) {
            if constexpr (sizeof...(value) == 0) {
                rows.at_now();
            } else {
                rows.at(value...);
            }
        });
    });
}

template <class... Timestamp>
std::error_code row::try_finish(diagnostics* info, Timestamp... value)
{
    detail::sender_core* const core = std::exchange(core_, nullptr);
    if (core != nullptr) {
        return core->gate().try_commit(info, *rows_, value...);
    }
    const error failure = not_open();
    if (info != nullptr) {
        *info = failure.info();
    }
    return failure.code();
}

asio::awaitable<committed> row::at(timestamp_micros value)
{
    return finish(value);
}

asio::awaitable<committed> row::at(timestamp_nanos value)
{
    return finish(value);
}

asio::awaitable<committed> row::at_now()
{
    return finish();
}

std::error_code row::try_at(timestamp_micros value, diagnostics* info)
{
    return try_finish(info, value);
}

std::error_code row::try_at(timestamp_nanos value, diagnostics* info)
{
    return try_finish(info, value);
}

std::error_code row::try_at_now(diagnostics* info)
{
    return try_finish(info);
}

sender::sender() noexcept : rows_(&buffer_access::no_rows()) {}

sender::sender(std::shared_ptr<detail::sender_core> core) noexcept
    : core_(std::move(core)), rows_(&core_->machine().rows())
{
}

sender::sender(sender&& other) noexcept
    : core_(std::move(other.core_)), rows_(std::exchange(other.rows_, &buffer_access::no_rows()))
{
}

sender& sender::operator=(sender&& other) noexcept
{
    if (this != &other) {
        const sender old(std::move(*this)); // destroyed at the end of this block
        core_ = std::move(other.core_);
        rows_ = std::exchange(other.rows_, &buffer_access::no_rows());
    }
    return *this;
}

sender::~sender()
{
    if (core_) {
        core_->abandon();
    }
}

asio::awaitable<void> sender::append_batch(std::shared_ptr<detail::sender_core> core,
                                           detail::column_batch batch)
{
    detail::admit(core.get());
    detail::column_encoder encoder(core->gate().rows_for_next(), batch);
    for (std::size_t row = 0; row < encoder.row_count(); ++row) {
        buffer& rows = core->gate().rows_for_next();
        try {
            encoder.append(rows, row, row + 1);
        } catch (...) {
            rows.discard_row();
            throw;
        }
        if (core->gate().commit(rows)) {
            co_await core->pause();
            core->gate().admit();
        }
    }
}

buffer sender::new_buffer() const
{
    return core_ ? core_->driver().new_buffer() : buffer(protocol_version());
}

asio::awaitable<void> sender::flush()
{
    return core_ ? core_->flush() : fail_closed();
}

asio::awaitable<void> sender::flush(buffer& rows)
{
    return core_ ? core_->flush(rows) : fail_closed();
}

asio::awaitable<void> sender::flush_and_keep(const buffer& rows)
{
    return core_ ? core_->flush_and_keep(rows) : fail_closed();
}

asio::awaitable<void> sender::close()
{
    if (core_) {
        return core_->close();
    }
    return []() -> asio::awaitable<void> { co_return; }();
}

asio::awaitable<std::error_code> sender::try_flush(diagnostics* info)
{
    return detail::code_of(flush(), info);
}

asio::awaitable<std::error_code> sender::try_flush(buffer& rows, diagnostics* info)
{
    return detail::code_of(flush(rows), info);
}

asio::awaitable<std::error_code> sender::try_close(diagnostics* info)
{
    return detail::code_of(close(), info);
}

buffer sender::take_unacknowledged()
{
    return core_ ? core_->take_unacknowledged() : new_buffer();
}

void sender::reload_tls()
{
    if (!core_) {
        throw detail::no_sender();
    }
    core_->reload_tls();
}

std::size_t sender::unacknowledged_rows() const noexcept
{
    return core_ ? core_->machine().unacknowledged_rows() : 0;
}

protocol_version sender::protocol_version() const noexcept
{
    return core_ ? core_->version() : protocol_version::v2;
}

std::shared_ptr<const metrics> sender::metrics() const noexcept
{
    if (core_) {
        return core_->driver().events().shared_metrics();
    }
    static const coquest::metrics no_metrics; // needs no allocation, and outlives all senders
    return {std::shared_ptr<const coquest::metrics>(), &no_metrics};
}

bool sender::must_close() const noexcept
{
    return !core_ || core_->must_close();
}

const asio::any_io_executor& sender::get_executor() const noexcept
{
    return detail::executor_of(core_.get());
}

} // namespace coquest::inline v0
