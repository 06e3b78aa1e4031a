// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reading, and the orderly end of a connection.

#include "net/error_text.hpp"
#include "net/stream_state.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace coquest::inline v0::net {

status stream::check(bool& has_data)
{
    bool input_arrived = false;
    status result = receive_early_data(input_arrived);
    has_data = !early_data_.empty();
    if (result.ok() && input_arrived && !has_data) {
        result = tls_ ? tls_failed(describe(tls_failure::truncated), phase::read)
                      : failed(asio::error::eof, phase::read);
    }
    return result;
}

asio::awaitable<status> stream::read_some(std::span<std::byte> destination, std::size_t& n)
{
    n = 0;
    if (!early_data_.empty()) {
        n = std::min(early_data_.size(), destination.size());
        std::copy_n(early_data_.begin(), n, destination.begin());
        early_data_.erase(early_data_.begin(),
                          early_data_.begin() + static_cast<std::ptrdiff_t>(n));
        co_return status();
    }
    if (tls_) {
        status result = co_await read_tls(destination, n);
        co_return result;
    }
    if (io_->expired) {
        co_return failed(asio::error::operation_aborted, phase::read);
    }
    auto [ec, count] = co_await io_->socket.async_read_some(
        asio::buffer(destination.data(), destination.size()), no_throw);
    n = count;
    const bool is_failure = ec && ec != asio::error::eof;
    co_return is_failure ? failed(ec, phase::read) : status();
}

asio::awaitable<status> stream::half_close(clock::time_point deadline,
                                           std::vector<std::byte>& final_data)
{
    final_data = early_data_;
    expires_at(deadline);
    status result;
    std::error_code ec;
    if (tls_) {
        tls_->shutdown();
        result = co_await send_output(phase::write);
    }
    if (result.ok()) {
        io_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    }
    std::array<std::byte, 512> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
    while (result.ok() && ec != asio::error::eof && final_data.empty()) {
        if (io_->expired) {
            ec = asio::error::operation_aborted;
        } else {
            std::size_t count = 0;
            std::tie(ec, count) = co_await io_->socket.async_read_some(
                asio::buffer(block.data(), block.size()), no_throw);
            store_final_data({block.data(), count}, final_data);
        }
        if (ec && ec != asio::error::eof) {
            result = failed(ec, phase::read);
        }
    }
    close();
    co_return result;
}

void stream::store_final_data(std::span<const std::byte> bytes, std::vector<std::byte>& final_data)
{
    if (!tls_) {
        final_data.assign(bytes.begin(), bytes.end());
        return;
    }
    tls_diagnosis ignored;
    std::size_t count = 0;
    std::array<std::byte, 512> text; // NOLINT(cppcoreguidelines-pro-type-member-init)
    if (!bytes.empty() && put_input(bytes, phase::read).ok() &&
        tls_->read(text, count, ignored) != tls_step::failed) {
        final_data.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count));
    }
}

} // namespace coquest::inline v0::net
