// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The loop that drives a TLS session, for everything except bulk writes.

#include "net/stream_state.hpp"

#include "net/error_text.hpp"
#include "tls/trust/failure_text.hpp"

#include <asio/error.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace coquest::inline v0::net {
namespace {

constexpr std::size_t input_size = 17 * 1024; // one record with its header (RFC 8446 5.2)

} // namespace

asio::awaitable<status> stream::handshake(const detail::any_tls_backend& tls)
{
    tls_diagnosis diagnosis;
    offered_session_ = false;
    tls_ = tls.make_session(peer_.host, peer_.port, diagnosis);
    if (!tls_) {
        co_return tls_failed(std::move(diagnosis), phase::handshake);
    }
    input_.resize(input_size);
    status result = co_await drive(
        [this](tls_diagnosis& failure) {
            const tls_step step = tls_->handshake(failure);
            offered_session_ = failure.offered_session;
            return step;
        },
        phase::handshake);
    tls_events_ = tls_->events();
    co_return result;
}

template <class Step>
asio::awaitable<status> stream::drive(Step step, phase during)
{
    for (;;) {
        tls_diagnosis diagnosis;
        const tls_step outcome = step(diagnosis);
        if (outcome == tls_step::done) {
            co_return status();
        }
        status result = co_await send_output(during);
        if (outcome == tls_step::failed) {
            co_return tls_failed(std::move(diagnosis), during);
        }
        if (outcome == tls_step::closed && during == phase::handshake) {
            co_return tls_failed(describe(tls_failure::closed_in_handshake), during);
        }
        if (result.ok() && outcome == tls_step::retry_after_input) {
            result = co_await receive_input(during);
        }
        if (!result.ok() || outcome == tls_step::done_after_output || outcome == tls_step::closed) {
            co_return result;
        }
    }
}

// Leaves n at 0 if the peer has sent close_notify.
asio::awaitable<status> stream::read_tls(std::span<std::byte> destination, std::size_t& n)
{
    status result = co_await drive(
        [this, destination, &n](tls_diagnosis& diagnosis) {
            return tls_->read(destination, n, diagnosis);
        },
        phase::read);
    co_return result;
}

asio::awaitable<status> stream::send_output(phase during)
{
    // After a failed write, Asio might wait forever to write again. What the peer sent before it
    // closed the connection can still be read.
    while (!tls_->output().empty() && !write_failed_) {
        if (io_->expired) {
            co_return failed(asio::error::operation_aborted, during);
        }
        const auto bytes = tls_->output();
        const asio::const_buffer output(bytes.data(), bytes.size());
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_without_waiting({&output, 1}, sent, ec)) {
            std::tie(ec, sent) = co_await io_->socket.async_write_some(output, no_throw);
        }
        tls_->consume_output(sent);
        if (ec) {
            write_failed_ = true;
            co_return failed(ec, during);
        }
    }
    co_return status();
}

asio::awaitable<status> stream::receive_input(phase during)
{
    if (io_->expired) {
        co_return failed(asio::error::operation_aborted, during);
    }
    auto [ec, count] =
        co_await io_->socket.async_read_some(asio::buffer(input_.data(), input_.size()), no_throw);
    if (ec == asio::error::eof ||
        (ec == asio::error::connection_reset && during == phase::handshake)) {
        co_return tls_failed(describe(during == phase::handshake ? tls_failure::closed_in_handshake
                                                                 : tls_failure::truncated),
                             during);
    }
    if (ec) {
        co_return failed(ec, during);
    }
    co_return put_input({input_.data(), count}, during);
}

status stream::put_input(std::span<const std::byte> bytes, phase during)
{
    while (!bytes.empty()) {
        const std::size_t taken = tls_->put_input(bytes);
        if (taken == 0) { // a session that takes nothing would make this an endless loop
            return tls_failed(describe(tls_failure::bad_record), during);
        }
        bytes = bytes.subspan(taken);
    }
    return status();
}

status stream::tls_failed(tls_diagnosis diagnosis, phase during) const
{
    static constexpr std::array<const char*, 3> operations = {"TLS handshake with", "TLS read from",
                                                              "TLS write to"};
    const std::string host = to_string(peer_);
    status result = detail::tls_status(std::string(operations[static_cast<std::size_t>(during)]) +
                                           " " + host + ": ",
                                       std::move(diagnosis));
    result.amend().host = host;
    return result;
}

} // namespace coquest::inline v0::net
