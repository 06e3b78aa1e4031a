// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/stream.hpp"

#include "net/error_text.hpp"

#include <asio/connect.hpp>
#include <asio/error.hpp>
#include <asio/ip/address.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace coquest::net {

using asio::ip::tcp;

namespace {

constexpr std::size_t max_tls_record = 17 * 1024; // RFC 8446 5.2: 16 KiB, 256 bytes, the header
constexpr std::size_t record_plaintext = 16 * 1024;
// Records that gather before they are sent: a few system calls per flush, yet the peer decrypts
// while the next ones are encrypted.
constexpr std::size_t tls_gather = 64 * 1024;
constexpr std::size_t max_gathered_pieces = 64;    // what one sendmsg of Asio takes
constexpr std::chrono::seconds goodbye_timeout(1); // for the peer's half of closing

} // namespace

// Shared with the timer's handler, which may be queued already when the stream goes.
struct stream::io {
    explicit io(const asio::any_io_executor& executor)
        : socket(executor), resolver(executor), resolved(executor), watchdog(executor)
    {
    }

    // The watchdog is re-armed only when it fires early, not for every request.
    static void watch(const std::shared_ptr<io>& self)
    {
        self->armed_for = self->deadline;
        self->watchdog.expires_at(self->deadline);
        self->watchdog.async_wait([self](std::error_code ec) {
            if (ec) {
                return;
            }
            self->armed_for = clock::time_point::max();
            if (self->deadline == clock::time_point::max()) {
                return;
            }
            if (clock::now() < self->deadline) {
                watch(self);
                return;
            }
            self->expired = true;
            self->cancel();
        });
    }
    void cancel()
    {
        std::error_code ignored;
        socket.cancel(ignored);
        resolved.cancel();
    }

    tcp::socket socket;
    tcp::resolver resolver;
    asio::steady_timer resolved; // ends the wait for the resolver, which cannot be interrupted
    asio::steady_timer watchdog;
    clock::time_point deadline = clock::time_point::max();
    clock::time_point armed_for = clock::time_point::max();
    bool expired = false;
};

stream::stream(const asio::any_io_executor& executor) : io_(std::make_shared<io>(executor)) {}

stream::~stream()
{
    close();
}

void stream::expires_at(clock::time_point deadline)
{
    io_->deadline = deadline;
    io_->expired = false;
    if (deadline < io_->armed_for) {
        io::watch(io_);
    }
}

void stream::close() noexcept
{
    open_ = false;
    std::error_code ignored;
    io_->socket.close(ignored);
    io_->deadline = clock::time_point::max();
    io_->armed_for = clock::time_point::max();
    try {
        io_->resolver.cancel();
        io_->resolved.cancel();
        io_->watchdog.cancel();
    } catch (const std::system_error&) {
        // Asio reports no error here on any platform; the signature merely allows it
        return;
    }
}

void stream::shutdown() noexcept
{
    send_goodbye();
    close();
}

asio::awaitable<void> stream::linger()
{
    if (open_ && tls_) {
        send_goodbye();
        std::error_code ec;
        io_->socket.shutdown(tcp::socket::shutdown_send, ec);
        expires_at(clock::now() + goodbye_timeout);
        while (!ec && !io_->expired) {
            std::tie(ec, std::ignore) = co_await io_->socket.async_read_some(
                asio::buffer(input_.data(), input_.size()), no_throw);
        }
    }
    close();
}

// Where that costs no waiting.
void stream::send_goodbye() noexcept
{
    if (open_ && tls_) {
        std::error_code ec;
        tls_->shutdown(ec);
        const auto goodbye = tls_->output();
        if (!ec && !goodbye.empty()) {
            io_->socket.non_blocking(true, ec);
            io_->socket.write_some(asio::buffer(goodbye.data(), goodbye.size()), ec);
        }
    }
}

asio::awaitable<fault> stream::connect(server_address peer, std::string bind_to,
                                       const detail::any_tls_backend* tls,
                                       clock::time_point deadline)
{
    close();
    peer_ = std::move(peer);
    expires_at(deadline);
    std::vector<tcp::endpoint> endpoints;
    fault problem = co_await resolve(endpoints);
    if (!problem) {
        problem = co_await connect_any(endpoints, bind_to);
    }
    if (!problem && tls != nullptr) {
        problem = co_await handshake(*tls);
    }
    if (problem) {
        close();
    } else {
        open_ = true;
        never_expires();
    }
    co_return problem;
}

asio::awaitable<fault> stream::resolve(std::vector<tcp::endpoint>& found)
{
    std::error_code ec;
    const auto literal = asio::ip::make_address(peer_.host, ec);
    if (!ec) {
        found.emplace_back(literal, peer_.port);
        co_return fault();
    }
    // getaddrinfo cannot be interrupted: it runs on, and nobody waits for it past the deadline
    struct answer {
        std::error_code ec = asio::error::operation_aborted;
        std::vector<tcp::endpoint> endpoints;
    };
    auto result = std::make_shared<answer>();
    io_->resolved.expires_at(clock::time_point::max());
    io_->resolver.async_resolve(
        peer_.host, std::to_string(peer_.port),
        [result, io = io_](std::error_code error, const tcp::resolver::results_type& entries) {
            result->ec = error;
            for (const auto& entry : entries) {
                result->endpoints.push_back(entry.endpoint());
            }
            io->resolved.cancel();
        });
    co_await io_->resolved.async_wait(no_throw);
    if (io_->expired || result->ec) {
        co_return failed(result->ec, phase::resolve);
    }
    found = std::move(result->endpoints);
    co_return fault();
}

asio::awaitable<fault> stream::connect_any(const std::vector<tcp::endpoint>& to,
                                           const std::string& bind_to)
{
    const clock::time_point deadline = io_->deadline;
    std::error_code ec = asio::error::host_not_found;
    for (std::size_t i = 0; i < to.size(); ++i) {
        // an address that does not answer leaves their share of the time to those after it
        const auto left = deadline - clock::now();
        expires_at(clock::now() + left / static_cast<long>(to.size() - i));
        io_->socket.close(ec);
        io_->socket.open(to[i].protocol(), ec);
        if (!ec && !bind_to.empty()) {
            const auto local = asio::ip::make_address(bind_to, ec);
            if (!ec) {
                io_->socket.bind(tcp::endpoint(local, 0), ec);
            }
        }
        if (ec) {
            continue;
        }
        std::tie(ec) = co_await io_->socket.async_connect(to[i], no_throw);
        if (!ec) {
            io_->socket.set_option(tcp::no_delay(true), ec);
            io_->socket.set_option(asio::socket_base::keep_alive(true), ec);
            expires_at(deadline);
            co_return fault();
        }
        if (ec == asio::error::operation_aborted && !io_->expired) {
            break;
        }
    }
    co_return failed(ec, phase::connect);
}

asio::awaitable<fault> stream::handshake(const detail::any_tls_backend& tls)
{
    tls_diagnosis why;
    tls_ = tls.make_session(peer_.host, why);
    if (!tls_) {
        co_return tls_failed(std::move(why), phase::handshake);
    }
    input_.resize(max_tls_record);
    co_return co_await drive([this](std::error_code& ec) { return tls_->handshake(ec); },
                             phase::handshake);
}

asio::awaitable<fault> stream::write(std::vector<asio::const_buffer>& pieces)
{
    return tls_ ? write_tls(pieces) : write_plain(pieces);
}

// asio::async_write would send at most 16 buffers and 64 KiB with each system call.
asio::awaitable<fault> stream::write_plain(std::vector<asio::const_buffer>& pieces)
{
    std::size_t done = 0;
    fault problem;
    while (done != pieces.size() && !problem) {
        if (io_->expired) {
            problem = failed(asio::error::operation_aborted, phase::write);
            break;
        }
        const auto count = std::min(pieces.size() - done, max_gathered_pieces);
        const std::span<const asio::const_buffer> window(pieces.data() + done, count);
        auto [ec, sent] = co_await io_->socket.async_write_some(window, no_throw);
        while (done != pieces.size() && sent >= pieces[done].size()) {
            sent -= pieces[done++].size();
        }
        if (sent != 0) {
            pieces[done] += sent;
        }
        if (ec) {
            problem = failed(ec, phase::write);
        }
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return problem;
}

asio::awaitable<fault> stream::write_tls(std::vector<asio::const_buffer>& pieces)
{
    std::size_t done = 0;
    fault problem;
    while (done != pieces.size() && !problem) {
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
            problem = co_await send_output(phase::write);
        }
    }
    if (!problem) {
        problem = co_await send_output(phase::write);
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    co_return problem;
}

asio::awaitable<fault> stream::read_some(std::span<std::byte> into, std::size_t& n)
{
    n = 0;
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

fault stream::check()
{
    std::array<std::byte, 1024> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
    for (;;) {
        std::error_code ec;
        io_->socket.non_blocking(true, ec);
        const std::size_t got =
            ec ? 0 : io_->socket.read_some(asio::buffer(bytes.data(), bytes.size()), ec);
        if (ec == asio::error::would_block || ec == asio::error::try_again) {
            return fault();
        }
        if (ec) {
            return failed(ec, phase::read);
        }
        if (tls_) { // tickets and key updates
            std::size_t n = 0;
            tls_->put_input({bytes.data(), got});
            tls_->read(bytes, n, ec);
            if (ec) {
                return tls_failed(tls_->diagnosis(ec), phase::read);
            }
        }
    }
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
    while (!tls_->output().empty()) {
        if (io_->expired) {
            co_return failed(asio::error::operation_aborted, during);
        }
        const auto bytes = tls_->output();
        auto [ec, sent] = co_await io_->socket.async_write_some(
            asio::buffer(bytes.data(), bytes.size()), no_throw);
        tls_->consume_output(sent);
        if (ec) {
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
    std::span<const std::byte> bytes(input_.data(), got);
    while (!bytes.empty()) {
        const std::size_t taken = tls_->put_input(bytes);
        if (taken == 0) { // a session takes what it asked for; anything else would loop for ever
            co_return tls_failed(describe(tls_failure::bad_record), during);
        }
        bytes = bytes.subspan(taken);
    }
    co_return fault();
}

fault stream::failed(std::error_code ec, phase during) const
{
    if (io_->expired && during == phase::handshake) {
        return tls_failed(describe(tls_failure::timed_out), during);
    }
    static constexpr std::array<const char*, 5> names = {
        "resolving", "connecting to", "TLS handshake with", "reading from", "writing to"};
    const char* const doing = names[static_cast<std::size_t>(during)];
    fault problem(io_->expired                           ? errc::timed_out
                  : ec == asio::error::operation_aborted ? errc::cancelled
                  : during == phase::resolve             ? errc::could_not_resolve_addr
                                                         : errc::socket_error,
                  std::string(doing) + " " + to_string(peer_) + ": " +
                      (io_->expired ? "timed out" : explain(ec)));
    problem.info.host = to_string(peer_);
    problem.info.retryable = problem.code != errc::cancelled;
    return problem;
}

fault stream::tls_failed(tls_diagnosis why, phase during) const
{
    const tls_diagnosis general = describe(why.kind);
    const std::string& text = why.text.empty() ? general.text : why.text;
    const std::string& hint = why.hint.empty() ? general.hint : why.hint;
    static constexpr std::array<const char*, 5> names = {
        "TLS with", "TLS with", "TLS handshake with", "TLS read from", "TLS write to"};
    fault problem(errc::tls_error, std::string(names[static_cast<std::size_t>(during)]) + " " +
                                       to_string(peer_) + ": " + text +
                                       (hint.empty() ? "" : "; " + hint));
    problem.info.host = to_string(peer_);
    problem.info.path = std::move(why.path);
    problem.info.tls = why.kind;
    problem.info.tls_code = why.native_code;
    // what the peer's certificate or version lacks will not come by trying again
    problem.info.retryable =
        why.kind == tls_failure::truncated || why.kind == tls_failure::closed_in_handshake ||
        why.kind == tls_failure::timed_out || why.kind == tls_failure::bad_record;
    return problem;
}

} // namespace coquest::net
