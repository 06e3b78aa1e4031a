// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reading, and the one loop that drives TLS.

#include "net/stream_io.hpp"

#include "net/error_text.hpp"
#include "tls/failure_text.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace coquest::net {
namespace {

constexpr std::size_t input_size = 17 * 1024; // RFC 8446 5.2: 16 KiB, 256 bytes, the header

} // namespace

asio::awaitable<fault> stream::handshake(const detail::any_tls_backend& tls)
{
    tls_diagnosis why;
    tls_ = tls.make_session(peer_.host, peer_.port, why);
    if (!tls_) {
        co_return tls_failed(std::move(why), phase::handshake);
    }
    input_.resize(input_size);
    fault problem = co_await drive([this](std::error_code& ec) { return tls_->handshake(ec); },
                                   phase::handshake);
    notices_ = tls_->notices();
    co_return problem;
}

fault stream::check(bool& spoke)
{
    bool answered = false;
    fault problem = take_early(answered);
    spoke = !early_.empty();
    if (!problem && answered && !spoke) {
        problem = tls_ ? tls_failed(describe(tls_failure::truncated), phase::read)
                       : failed(asio::error::eof, phase::read);
    }
    return problem;
}

asio::awaitable<fault> stream::read_some(std::span<std::byte> into, std::size_t& n)
{
    n = 0;
    if (!early_.empty()) {
        n = std::min(early_.size(), into.size());
        std::copy_n(early_.begin(), n, into.begin());
        early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(n));
        co_return fault();
    }
    if (!tls_) {
        if (io_->expired) {
            co_return failed(asio::error::operation_aborted, phase::read);
        }
        auto [ec, got] =
            co_await io_->socket.async_read_some(asio::buffer(into.data(), into.size()), no_throw);
        n = got;
        co_return ec&& ec != asio::error::eof ? failed(ec, phase::read) : fault();
    }
    fault problem = co_await drive(
        [this, into, &n](std::error_code& ec) {
            const tls_step step = tls_->read(into, n, ec);
            if (ec == tls_failure::closed) { // an orderly end: n stays 0
                ec.clear();
                return tls_step::done_after_output;
            }
            return step;
        },
        phase::read);
    co_return problem;
}

// The loop of every TLS operation but bulk writing, which gathers.
template <class Step>
asio::awaitable<fault> stream::drive(Step step, phase during)
{
    for (;;) {
        std::error_code ec;
        const tls_step next = step(ec);
        if (ec) {
            tls_diagnosis why = tls_->diagnosis(ec);
            const fault ignored = co_await send_output(during); // the alert tells the peer why
            co_return tls_failed(std::move(why), during);
        }
        if (next == tls_step::done) {
            co_return fault();
        }
        fault problem = co_await send_output(during);
        if (!problem && next == tls_step::retry_after_input) {
            problem = co_await receive_input(during);
        }
        if (problem || next == tls_step::done_after_output) {
            co_return problem;
        }
    }
}

asio::awaitable<fault> stream::send_output(phase during)
{
    // Where a write has failed, Asio may wait for ever to write again; the peer's last words can
    // still be read.
    while (!tls_->output().empty() && !broken_) {
        if (io_->expired) {
            co_return failed(asio::error::operation_aborted, during);
        }
        const auto bytes = tls_->output();
        const asio::const_buffer whole(bytes.data(), bytes.size());
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_at_once({&whole, 1}, sent, ec)) {
            std::tie(ec, sent) = co_await io_->socket.async_write_some(whole, no_throw);
        }
        tls_->consume_output(sent);
        if (ec) {
            broken_ = true;
            co_return failed(ec, during);
        }
    }
    co_return fault();
}

asio::awaitable<fault> stream::receive_input(phase during)
{
    if (io_->expired) {
        co_return failed(asio::error::operation_aborted, during);
    }
    auto [ec, got] =
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
    co_return put_input({input_.data(), got}, during);
}

asio::awaitable<fault> stream::half_close(clock::time_point until)
{
    expires_at(until);
    fault problem;
    std::error_code ec;
    if (tls_) {
        tls_->shutdown(ec);
        problem = co_await send_output(phase::write);
    }
    if (!problem) {
        io_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
    }
    std::array<std::byte, 512> ignored; // NOLINT(cppcoreguidelines-pro-type-member-init)
    while (!problem && ec != asio::error::eof) {
        if (io_->expired) {
            ec = asio::error::operation_aborted;
        } else {
            std::tie(ec, std::ignore) = co_await io_->socket.async_read_some(
                asio::buffer(ignored.data(), ignored.size()), no_throw);
        }
        if (ec && ec != asio::error::eof) {
            problem = failed(ec, phase::read);
        }
    }
    close();
    co_return problem;
}

fault stream::put_input(std::span<const std::byte> bytes, phase during)
{
    while (!bytes.empty()) {
        const std::size_t taken = tls_->put_input(bytes);
        if (taken == 0) { // a session takes what it asked for; anything else would loop for ever
            return tls_failed(describe(tls_failure::bad_record), during);
        }
        bytes = bytes.subspan(taken);
    }
    return fault();
}

fault stream::failed(std::error_code ec, phase during) const
{
    if (io_->expired && during == phase::handshake) {
        return tls_failed(describe(tls_failure::timed_out), during);
    }
    static constexpr std::array<const char*, 3> names = {"TLS handshake with", "reading from",
                                                         "writing to"};
    const char* const doing = names[static_cast<std::size_t>(during)];
    return io_->expired ? late_fault(doing, peer_) : socket_fault(doing, peer_, ec);
}

fault stream::tls_failed(tls_diagnosis why, phase during) const
{
    static constexpr std::array<const char*, 3> names = {"TLS handshake with", "TLS read from",
                                                         "TLS write to"};
    const std::string host = to_string(peer_);
    fault problem = detail::tls_fault(
        std::string(names[static_cast<std::size_t>(during)]) + " " + host + ": ", std::move(why));
    problem.info.host = host;
    // what the peer's certificate or version lacks will not come by trying again
    problem.info.retryable = problem.info.tls == tls_failure::truncated ||
                             problem.info.tls == tls_failure::closed_in_handshake ||
                             problem.info.tls == tls_failure::timed_out ||
                             problem.info.tls == tls_failure::bad_record;
    return problem;
}

} // namespace coquest::net
