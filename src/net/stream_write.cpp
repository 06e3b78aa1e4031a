// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writing, plain and with TLS. Bytes that the kernel accepts immediately are sent without a turn
// through the reactor, which is enough for most requests. While a write has to wait, it also waits
// for input: a server that rejects a request early answers before it has received all of it.

#include "net/stream_state.hpp"

#include "tls/session/byte_queue.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace coquest::inline v0::net {
namespace {

constexpr std::size_t max_gathered_pieces = 64;  // the limit of one sendmsg in Asio
constexpr std::size_t max_early_data = 4 * 1024; // stored until a read asks for it
// Received in one call before other handlers of the context have their turn and the deadline is
// checked: a peer can send tickets and key updates without end.
constexpr std::size_t max_early_input = 16 * 1024;
// Pending replies to such messages. The replies to an honest peer take a few dozen bytes.
constexpr std::size_t max_reply_bytes = 64 * 1024;

bool would_block(std::error_code ec) noexcept
{
    return ec == asio::error::would_block || ec == asio::error::try_again;
}

bool means_peer_closed(std::error_code ec) noexcept
{
    return ec == asio::error::broken_pipe || ec == asio::error::connection_reset;
}

// Drops the first @p n bytes of @p pieces, starting at the piece @p done, and the empty pieces that
// follow.
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

asio::awaitable<status> stream::write(std::vector<asio::const_buffer>& pieces, bool& input_arrived,
                                      input before_last)
{
    input_arrived = peer_closed_ = false;
    io_->readable = false;
    turn_bytes_ = bytes_per_turn;
    return tls_ ? write_tls(pieces, input_arrived, before_last)
                : write_plain(pieces, input_arrived, before_last);
}

// Writes what the kernel accepts without waiting. Returns false if the caller has to wait first:
// the kernel accepts nothing, or the turn is over.
bool stream::write_without_waiting(gathered bytes, std::size_t& sent, std::error_code& ec)
{
    if (turn_bytes_ == 0) {
        return false;
    }
    sent = io_->socket.write_some(bytes, ec);
    const bool complete = sent == asio::buffer_size(bytes); // if not, the next write would block
    turn_bytes_ = complete ? turn_bytes_ - std::min(turn_bytes_, sent) : 0;
    return !would_block(ec) && ec != asio::error::interrupted;
}

// Returns when the kernel accepts more, or when the peer has sent something. It does not write, so
// that the caller can check the input directly before each write.
asio::awaitable<std::error_code> stream::wait_until_writable()
{
    if (io_->expired) {
        co_return make_error_code(asio::error::operation_aborted);
    }
    io::wait_for_input(io_);
    io_->waiting_to_write = true;
    std::error_code ec;
    std::tie(ec) = co_await io_->socket.async_wait(asio::socket_base::wait_write, no_throw);
    io_->waiting_to_write = false;
    turn_bytes_ = bytes_per_turn;
    const bool interrupted = io_->readable && ec == asio::error::operation_aborted;
    co_return interrupted ? std::error_code() : ec;
}

// asio::async_write would send at most 16 buffers and 64 KiB in each system call.
asio::awaitable<status> stream::write_plain(std::vector<asio::const_buffer>& pieces,
                                            bool& input_arrived, input before_last)
{
    std::size_t done = 0;
    status result;
    while (done != pieces.size() && result.ok() && !input_arrived) {
        const auto count = std::min(pieces.size() - done, max_gathered_pieces);
        const gathered window(pieces.data() + done, count);
        if (before_last == input::looked_at && done + count == pieces.size()) {
            result = receive_early_data(input_arrived);
            if (!result.ok() || input_arrived) {
                break;
            }
        }
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_without_waiting(window, sent, ec)) {
            ec = co_await wait_until_writable();
        }
        consume(pieces, done, sent);
        if (ec) {
            peer_closed_ = means_peer_closed(ec);
            result = failed(ec, phase::write);
        }
        if (result.ok() && done != pieces.size()) {
            result = receive_if_readable(input_arrived);
        }
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return result;
}

asio::awaitable<status> stream::write_tls(std::vector<asio::const_buffer>& pieces,
                                          bool& input_arrived, input before_last)
{
    std::size_t done = 0;
    status result;
    consume(pieces, done, 0);
    while (done != pieces.size() && result.ok() && !input_arrived) {
        const std::span<const std::byte> next = next_record(std::span(pieces).subspan(done));
        std::size_t taken = 0;
        tls_diagnosis diagnosis;
        const tls_step step = tls_->write(next, taken, diagnosis);
        consume(pieces, done, taken);
        if (step == tls_step::failed) {
            result = tls_failed(std::move(diagnosis), phase::write);
        } else if (step == tls_step::closed) {
            result = tls_failed(describe(tls_failure::closed), phase::write);
        } else if (step == tls_step::retry_after_input) {
            result = co_await send_output(phase::write);
            if (result.ok()) {
                result = co_await receive_input(phase::write);
            }
        } else if (done != pieces.size() && (step == tls_step::retry_after_output ||
                                             tls_->output().size() >= gather_size_)) {
            result = co_await send_records(input_arrived, input::left_alone);
        }
    }
    if (result.ok() && !input_arrived) {
        result = co_await send_records(input_arrived, before_last);
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return result;
}

// Returns the plaintext of the next record: the start of the first piece, or a copy of all leading
// pieces that fit together. A copy of small pieces costs less than a record for each of them; a
// record that is not full costs less than filling it up from a large piece.
std::span<const std::byte> stream::next_record(gathered pieces)
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

asio::awaitable<status> stream::send_records(bool& input_arrived, input before_last)
{
    while (!tls_->output().empty() && !input_arrived) {
        if (before_last == input::looked_at) {
            status result = receive_early_data(input_arrived);
            if (!result.ok() || input_arrived) {
                co_return result;
            }
        }
        const auto bytes = tls_->output();
        const asio::const_buffer output(bytes.data(), bytes.size());
        const gathered window(&output, 1);
        std::size_t sent = 0;
        std::error_code ec;
        if (!write_without_waiting(window, sent, ec)) {
            ec = co_await wait_until_writable();
        }
        tls_->consume_output(sent);
        if (ec) {
            write_failed_ = true;
            peer_closed_ = means_peer_closed(ec);
            co_return failed(ec, phase::write);
        }
        if (!tls_->output().empty()) {
            status result = receive_if_readable(input_arrived);
            if (!result.ok()) {
                co_return result;
            }
        }
    }
    co_return status();
}

status stream::receive_if_readable(bool& input_arrived)
{
    return std::exchange(io_->readable, false) ? receive_early_data(input_arrived) : status();
}

// Receives what has arrived, up to max_early_input; the remainder stays in the socket. With TLS,
// that need not be data: tickets and key updates do not set input_arrived.
status stream::receive_early_data(bool& input_arrived)
{
    std::array<std::byte, max_early_data> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t room = max_early_data - early_data_.size();
    const auto store = [&](std::size_t count) {
        early_data_.insert(early_data_.end(), bytes.begin(),
                           bytes.begin() + static_cast<std::ptrdiff_t>(count));
        input_arrived = true;
        return status();
    };
    if (room == 0) {
        return store(0);
    }
    for (std::size_t received = 0;;) {
        std::error_code ec;
        if (tls_) {
            std::size_t decrypted = 0;
            tls_diagnosis diagnosis;
            const tls_step step = read_early(std::span(bytes).first(room), decrypted, diagnosis);
            if (step == tls_step::failed) {
                return tls_failed(std::move(diagnosis), phase::read);
            }
            if (step == tls_step::closed || decrypted != 0) {
                return store(decrypted);
            }
            if (reply_bytes_ > max_reply_bytes) {
                diagnosis.kind = tls_failure::other;
                diagnosis.text = "the server asks for new keys without end, and reads no answer";
                return tls_failed(std::move(diagnosis), phase::read);
            }
            if (step != tls_step::retry_after_input || received >= max_early_input) {
                return status(); // the session has to write first, or the turn is over
            }
        }
        const std::size_t size = tls_ ? bytes.size() : room;
        const std::size_t count = io_->socket.read_some(asio::buffer(bytes.data(), size), ec);
        if (would_block(ec)) {
            return status();
        }
        if (ec == asio::error::interrupted) {
            continue;
        }
        if (ec && ec != asio::error::eof) {
            return failed(ec, phase::read);
        }
        if (ec || !tls_) { // at the end of the stream, the next read finds it again
            return store(count);
        }
        received += count;
        status result = put_input({bytes.data(), count}, phase::read);
        if (!result.ok()) {
            return result;
        }
    }
}

// Performs one read step, and counts the bytes of output that the session adds in reply.
tls_step stream::read_early(std::span<std::byte> destination, std::size_t& n,
                            tls_diagnosis& diagnosis)
{
    const std::size_t before = tls_->output().size();
    const tls_step step = tls_->read(destination, n, diagnosis);
    const std::size_t added = tls_->output().size() - before;
    reply_bytes_ = before == 0 ? added : reply_bytes_ + added;
    return step;
}

} // namespace coquest::inline v0::net
