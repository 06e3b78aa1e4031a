// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writing, plain and by TLS. What the kernel takes at once goes out without asking the reactor,
// which is all there is to most requests. Where it takes no more, the input is watched meanwhile: a
// server that refuses a request early answers while we send.

#include "net/stream_io.hpp"

#include "tls/byte_queue.hpp"
#include "tls/failure_text.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace coquest::net {
namespace {

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

// Drops the first @p n bytes of @p pieces from @p done on, and what is empty behind them.
void consume(std::vector<asio::const_buffer>& pieces, std::size_t& done, std::size_t n)
{
    while (done != pieces.size() && n >= pieces[done].size()) {
        n -= pieces[done++].size();
    }
    if (n != 0) {
        pieces[done] += n;
    }
}

} // namespace

asio::awaitable<fault> stream::write(std::vector<asio::const_buffer>& pieces, bool& answered)
{
    answered = hung_up_ = false;
    io_->readable = false;
    turn_ = bytes_of_turn;
    return tls_ ? write_tls(pieces, answered) : write_plain(pieces, answered);
}

// Writes what the kernel takes without waiting, as long as it is our turn. True where it did.
bool stream::write_at_once(gathered bytes, std::size_t& sent, std::error_code& ec)
{
    if (turn_ == 0) {
        return false;
    }
    sent = io_->socket.write_some(bytes, ec);
    const bool all = sent == asio::buffer_size(bytes); // else the next would wait
    turn_ = all ? turn_ - std::min(turn_, sent) : 0;
    return !would_block(ec) && ec != asio::error::interrupted; // Asio's other writes go on after it
}

asio::awaitable<std::error_code> stream::write_some(gathered bytes, std::size_t& sent)
{
    if (io_->expired) {
        co_return make_error_code(asio::error::operation_aborted);
    }
    io::watch_input(io_);
    io_->writing = true;
    std::error_code ec;
    std::tie(ec, sent) = co_await io_->socket.async_write_some(bytes, no_throw);
    io_->writing = false;
    turn_ = sent == asio::buffer_size(bytes) ? bytes_of_turn : 0;
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
        const gathered window(pieces.data() + done, count);
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_at_once(window, sent, ec)) {
            ec = co_await write_some(window, sent);
        }
        consume(pieces, done, sent);
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
    consume(pieces, done, 0);
    while (done != pieces.size() && !problem && !answered) {
        const std::span<const std::byte> next = for_record(std::span(pieces).subspan(done));
        std::size_t taken = 0;
        std::error_code ec;
        const tls_step step = tls_->write(next, taken, ec);
        consume(pieces, done, taken);
        if (ec) {
            problem = tls_failed(tls_->diagnosis(ec), phase::write);
        } else if (step == tls_step::retry_after_input) {
            problem = co_await send_output(phase::write);
            if (!problem) {
                problem = co_await receive_input(phase::write);
            }
        } else if (step == tls_step::retry_after_output || tls_->output().size() >= gather_) {
            problem = co_await send_records(answered);
        }
    }
    if (!problem && !answered) {
        problem = co_await send_records(answered);
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return problem;
}

// Returns what goes into the next record: of the first piece, or all of several that fit into it
// together. A record costs more than the copy of what a smaller one would hold, and less than
// filling it up out of a large piece.
std::span<const std::byte> stream::for_record(gathered pieces)
{
    std::size_t count = 0;
    std::size_t size = 0;
    while (count != pieces.size() && pieces[count].size() <= detail::max_plaintext - size) {
        size += pieces[count++].size();
    }
    if (count < 2) {
        return {static_cast<const std::byte*>(pieces[0].data()),
                std::min(pieces[0].size(), detail::max_plaintext)};
    }
    record_.resize(std::max(record_.size(), size));
    asio::buffer_copy(asio::buffer(record_.data(), size), pieces.first(count));
    return {record_.data(), size};
}

asio::awaitable<fault> stream::send_records(bool& answered)
{
    while (!tls_->output().empty() && !answered) {
        const auto bytes = tls_->output();
        const asio::const_buffer whole(bytes.data(), bytes.size());
        const gathered window(&whole, 1);
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

} // namespace coquest::net
