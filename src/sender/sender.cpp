// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "core/column_encoder.hpp"
#include "sender/sender_core.hpp"

#include <exception>
#include <utility>

namespace coquest {

const asio::any_io_executor& detail::executor_of(const sender_core& core) noexcept
{
    return core.executor();
}

buffer& detail::open_rows(sender_core& core) noexcept
{
    return core.rows();
}

void detail::admit_rows(sender_core& core)
{
    core.admit();
}

bool detail::row_added(sender_core& core)
{
    return core.row_added();
}

asio::awaitable<committed> detail::pause_rows(sender_core& core)
{
    return core.pause();
}

asio::awaitable<committed> detail::row_failed(std::exception_ptr failure)
{
    std::rethrow_exception(failure);
    co_return committed();
}

asio::awaitable<void> detail::settle_row(sender_core& core, bool pause, std::exception_ptr failure)
{
    return failure ? row_failed(std::move(failure))
           : pause ? core.pause()
                   : asio::awaitable<committed>();
}

asio::awaitable<void> detail::without_result(asio::awaitable<committed> row)
{
    co_await std::move(row);
}

namespace {

// Not a coroutine: one that is cancelled before it begins would leave the row open.
template <class... Timestamp>
asio::awaitable<committed> finish(detail::sender_core& core, Timestamp... value)
{
    try {
        core.admit();
        if constexpr (sizeof...(value) == 0) {
            core.rows().at_now();
        } else {
            core.rows().at(value...);
        }
        if (!core.row_added()) [[likely]] {
            return {};
        }
    } catch (...) {
        return detail::row_failed(std::current_exception());
    }
    return core.pause();
}

} // namespace

asio::awaitable<committed> row::at(timestamp_micros value)
{
    return finish(core_, value);
}

asio::awaitable<committed> row::at(timestamp_nanos value)
{
    return finish(core_, value);
}

asio::awaitable<committed> row::at_now()
{
    return finish(core_);
}

std::error_code row::try_at(timestamp_micros value, diagnostics* why)
{
    return core_.try_finish(why, value);
}

std::error_code row::try_at(timestamp_nanos value, diagnostics* why)
{
    return core_.try_finish(why, value);
}

std::error_code row::try_at_now(diagnostics* why)
{
    return core_.try_finish(why);
}

sender::sender(std::shared_ptr<detail::sender_core> core) noexcept
    : core_(std::move(core)), rows_(&core_->rows())
{
}

sender::sender(sender&& other) noexcept
    : core_(std::move(other.core_)), rows_(std::exchange(other.rows_, nullptr))
{
}

sender& sender::operator=(sender&& other) noexcept
{
    if (this != &other) {
        const sender old(std::move(*this)); // ends what this one held
        core_ = std::move(other.core_);
        rows_ = std::exchange(other.rows_, nullptr);
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
    core->admit();
    detail::column_encoder encoder(core->rows(), batch);
    for (std::size_t row = 0; row < encoder.row_count(); ++row) {
        try {
            encoder.append(core->rows(), row, row + 1);
        } catch (...) {
            core->rows().discard_row();
            throw;
        }
        if (core->row_added()) {
            co_await core->pause();
            core->admit();
        }
    }
}

buffer sender::new_buffer() const
{
    return core_->new_buffer();
}

asio::awaitable<void> sender::flush()
{
    return core_->flush();
}

asio::awaitable<void> sender::flush(buffer& rows)
{
    return core_->flush(rows);
}

asio::awaitable<void> sender::flush_and_keep(const buffer& rows)
{
    return core_->flush_and_keep(rows);
}

asio::awaitable<void> sender::close()
{
    return core_->close();
}

buffer sender::take_unsent()
{
    return core_->take_unsent();
}

void sender::reload_tls()
{
    core_->reload_tls();
}

std::size_t sender::unsent_rows() const noexcept
{
    return core_->unsent_rows();
}

protocol_version sender::protocol_version() const noexcept
{
    return core_->version();
}

std::shared_ptr<const metrics> sender::metrics() const noexcept
{
    return core_->numbers();
}

bool sender::must_close() const noexcept
{
    return !core_ || core_->must_close();
}

const asio::any_io_executor& sender::get_executor() const noexcept
{
    return core_->executor();
}

} // namespace coquest
