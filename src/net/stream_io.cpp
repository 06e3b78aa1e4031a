// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reading and writing, plain and by the one loop that drives TLS. The first write of a request goes
// out without asking the reactor, which is all there is to most requests. Where more is needed, the
// input is watched meanwhile: a server that refuses a request early answers while we send.

#include "net/stream_io.hpp"

#include "net/error_text.hpp"
#include "tls/failure_text.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace coquest::net {
namespace {

constexpr std::size_t max_tls_record = 17 * 1024; // RFC 8446 5.2: 16 KiB, 256 bytes, the header
constexpr std::size_t record_plaintext = 16 * 1024;
// Records that gather before they are sent: a few system calls per flush, yet the peer decrypts
// while the next ones are encrypted.
constexpr std::size_t tls_gather = 64 * 1024;
constexpr std::size_t max_gathered_pieces = 64; // what one sendmsg of Asio takes
constexpr std::size_t max_early = 4 * 1024;     // kept of what came before it was to be read

bool would_block(std::error_code ec) noexcept
{
    return ec == asio::error::would_block || ec == asio::error::try_again;
}

bool is_hang_up(std::error_code ec) noexcept
{
    return ec == asio::error::broken_pipe || ec == asio::error::connection_reset;
}

} // namespace

asio::awaitable<fault> stream::handshake(const detail::any_tls_backend& tls)
{
    tls_diagnosis why;
    tls_ = tls.make_session(peer_.host, peer_.port, why);
    if (!tls_) {
        co_return tls_failed(std::move(why), phase::handshake);
    }
    input_.resize(max_tls_record);
    fault problem = co_await drive([this](std::error_code& ec) { return tls_->handshake(ec); },
                                   phase::handshake);
    notices_ = tls_->notices();
    co_return problem;
}

asio::awaitable<fault> stream::write(std::vector<asio::const_buffer>& pieces, bool& answered)
{
    answered = hung_up_ = false;
    io_->readable = false;
    at_once_ = true;
    return tls_ ? write_tls(pieces, answered) : write_plain(pieces, answered);
}

// Writes what the kernel takes without waiting, the first time in a write(). True where it did.
template <class Buffers>
bool stream::write_at_once(const Buffers& bytes, std::size_t& sent, std::error_code& ec)
{
    if (!std::exchange(at_once_, false)) {
        return false;
    }
    sent = io_->socket.write_some(bytes, ec);
    return !would_block(ec) && ec != asio::error::interrupted; // Asio's other writes go on after it
}

template <class Buffers>
asio::awaitable<std::error_code> stream::write_some(const Buffers& bytes, std::size_t& sent)
{
    if (io_->expired) {
        co_return make_error_code(asio::error::operation_aborted);
    }
    io::watch_input(io_);
    io_->writing = true;
    std::error_code ec;
    std::tie(ec, sent) = co_await io_->socket.async_write_some(bytes, no_throw);
    io_->writing = false;
    const bool interrupted = io_->readable && ec == asio::error::operation_aborted;
    co_return interrupted ? std::error_code() : ec;
}

// asio::async_write would send at most 16 buffers and 64 KiB with each system call.
asio::awaitable<fault> stream::write_plain(std::vector<asio::const_buffer>& pieces, bool& answered)
{
    std::size_t done = 0;
    fault problem;
    while (done != pieces.size() && !problem && !answered) {
        const auto count = std::min(pieces.size() - done, max_gathered_pieces);
        const std::span<const asio::const_buffer> window(pieces.data() + done, count);
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_at_once(window, sent, ec)) {
            ec = co_await write_some(window, sent);
        }
        while (done != pieces.size() && sent >= pieces[done].size()) {
            sent -= pieces[done++].size();
        }
        if (sent != 0) {
            pieces[done] += sent;
        }
        if (ec) {
            hung_up_ = is_hang_up(ec);
            problem = failed(ec, phase::write);
        }
        if (!problem && done != pieces.size()) {
            problem = notice(answered);
        }
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return problem;
}

asio::awaitable<fault> stream::write_tls(std::vector<asio::const_buffer>& pieces, bool& answered)
{
    std::size_t done = 0;
    fault problem;
    while (done != pieces.size() && !problem && !answered) {
        if (pieces[done].size() == 0) {
            ++done;
            continue;
        }
        std::size_t taken = 0;
        std::error_code ec;
        const tls_step step = tls_->write({static_cast<const std::byte*>(pieces[done].data()),
                                           std::min(pieces[done].size(), record_plaintext)},
                                          taken, ec);
        pieces[done] += taken;
        if (ec) {
            problem = tls_failed(tls_->diagnosis(ec), phase::write);
        } else if (step == tls_step::retry_after_input) {
            problem = co_await send_output(phase::write);
            if (!problem) {
                problem = co_await receive_input(phase::write);
            }
        } else if (step == tls_step::retry_after_output || tls_->output().size() >= tls_gather) {
            problem = co_await send_records(answered);
        }
    }
    if (!problem && !answered) {
        problem = co_await send_records(answered);
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return problem;
}

asio::awaitable<fault> stream::send_records(bool& answered)
{
    while (!tls_->output().empty() && !answered) {
        const auto bytes = tls_->output();
        const asio::const_buffer window(bytes.data(), bytes.size());
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_at_once(window, sent, ec)) {
            ec = co_await write_some(window, sent);
        }
        tls_->consume_output(sent);
        if (ec) {
            broken_ = true;
            hung_up_ = is_hang_up(ec);
            co_return failed(ec, phase::write);
        }
        if (!tls_->output().empty()) {
            fault problem = notice(answered);
            if (problem) {
                co_return problem;
            }
        }
    }
    co_return fault();
}

fault stream::notice(bool& answered)
{
    return std::exchange(io_->readable, false) ? take_early(answered) : fault();
}

// Takes what has arrived, which need be no answer where it is TLS: tickets and key updates.
fault stream::take_early(bool& answered)
{
    std::array<std::byte, max_early> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (;;) {
        std::error_code ec;
        if (tls_) {
            std::size_t kept = 0;
            const tls_step step = tls_->read(bytes, kept, ec);
            if (ec && ec != tls_failure::closed) {
                return tls_failed(tls_->diagnosis(ec), phase::read);
            }
            if (ec || kept != 0) {
                early_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(kept));
                answered = true;
                return fault();
            }
            if (step != tls_step::retry_after_input) {
                continue;
            }
        }
        const std::size_t got = io_->socket.read_some(asio::buffer(bytes.data(), bytes.size()), ec);
        if (would_block(ec)) {
            return fault();
        }
        if (ec == asio::error::interrupted) {
            continue;
        }
        if (ec && ec != asio::error::eof) {
            return failed(ec, phase::read);
        }
        if (ec || !tls_) { // of an end, the next read finds the same
            early_.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got));
            answered = true;
            return fault();
        }
        fault problem = put_input({bytes.data(), got}, phase::read);
        if (problem) {
            return problem;
        }
    }
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
        auto [ec, sent] = co_await io_->socket.async_write_some(
            asio::buffer(bytes.data(), bytes.size()), no_throw);
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
