// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One connection, plain or TLS, with one deadline for whatever it is doing. A failure names the
// phase and the peer. After a failure or a cancelled operation it is good for close() only.
#pragma once

#include "core/address_list.hpp"
#include "net/asio.hpp"
#include "net/connect_report.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/fault.hpp>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::net {

class stream {
public:
    /// Gathers as much ciphertext before it writes as suits who has @p memory for rows.
    explicit stream(const asio::any_io_executor& executor,
                    std::size_t memory = std::numeric_limits<std::size_t>::max());
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream();

    /// Connects to one of @p servers, the first of @p order that takes the connection, and shakes
    /// hands where @p tls is not null; a handshake that fails goes on to the others. All of it by
    /// @p deadline.
    asio::awaitable<fault> connect(std::shared_ptr<detail::address_list> servers,
                                   std::vector<std::size_t> order, std::string bind_to,
                                   const detail::any_tls_backend* tls, clock::time_point deadline);
    /// Shakes hands on a plain connection, by @p deadline, with a server that is called @p name.
    asio::awaitable<fault> start_tls(server_address name, const detail::any_tls_backend& tls,
                                     clock::time_point deadline);
    /// Returns what TLS tells of the peer; empty where there was no handshake.
    [[nodiscard]] tls_peer peer() const { return tls_ ? tls_->peer() : tls_peer(); }
    /// Returns the server of the connection, or the one to which the last was made.
    [[nodiscard]] std::size_t server() const noexcept { return server_; }
    /// Takes what the last handshake had to tell.
    [[nodiscard]] std::vector<detail::tls_notice> take_notices() noexcept
    {
        return std::exchange(notices_, {});
    }
    /// Returns the servers that the last connect() has tried, in order.
    [[nodiscard]] const std::vector<std::size_t>& tried() const { return report_->tried(); }

    /// Sends all of @p pieces in order, and consumes them. Stops as soon as the peer sends
    /// something or hangs up, which sets @p answered; read_some() then doesn't wait. Success
    /// without an answer means that the kernel has taken every byte.
    asio::awaitable<fault> write(std::vector<asio::const_buffer>& pieces, bool& answered);

    /// Says whether the last write() failed because the peer has closed the connection: what it
    /// said before can be read.
    [[nodiscard]] bool hung_up() const noexcept { return hung_up_; }

    /// Reads at least one byte; @p n is 0 where the peer ended the connection.
    asio::awaitable<fault> read_some(std::span<std::byte> into, std::size_t& n);

    /// Looks, without waiting, whether the peer has hung up. Data that it has sent sets @p spoke,
    /// and is what read_some() returns next.
    fault check(bool& spoke);

    /// Has @p handler called, once, when the peer sends something or hangs up while no write waits.
    /// It must not throw.
    void watch(std::function<void()> handler);

    /// Has the kernel give up a peer that acknowledges nothing for @p time (Linux). Never lowered.
    void expect_acknowledgement_in(std::chrono::milliseconds time) noexcept;

    /// Says goodbye (close_notify) where it costs no waiting, and closes.
    void shutdown() noexcept;
    /// Says goodbye and that no more will come, and closes when the peer has closed, at @p until at
    /// the latest, which is a fault. Closing before could answer what TLS still sends (session
    /// tickets) with a reset, which overtakes the rows.
    asio::awaitable<fault> half_close(clock::time_point until);
    /// Closes the socket; an operation that is pending fails.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// Sets the time by which reads and writes that follow must end.
    void expires_at(clock::time_point deadline);
    void never_expires() { expires_at(clock::time_point::max()); }

private:
    struct io;
    enum class phase { handshake, read, write };
    using gathered = std::span<const asio::const_buffer>;
    // Written without asking the reactor, before others on the same context have their turn.
    static constexpr std::size_t bytes_of_turn = std::size_t{1} << 20U;

    asio::awaitable<fault> connect_plain(std::vector<std::size_t> order, const std::string& bind_to,
                                         clock::time_point deadline);
    asio::awaitable<fault> handshake(const detail::any_tls_backend& tls);
    bool write_at_once(gathered bytes, std::size_t& sent, std::error_code& ec);
    asio::awaitable<std::error_code> write_some(gathered bytes, std::size_t& sent);
    asio::awaitable<fault> write_plain(std::vector<asio::const_buffer>& pieces, bool& answered);
    asio::awaitable<fault> write_tls(std::vector<asio::const_buffer>& pieces, bool& answered);
    std::span<const std::byte> for_record(gathered pieces);
    template <class Step>
    asio::awaitable<fault> drive(Step step, phase during);
    asio::awaitable<fault> send_output(phase during);
    asio::awaitable<fault> send_records(bool& answered);
    asio::awaitable<fault> receive_input(phase during);
    fault notice(bool& answered);
    fault take_early(bool& answered);
    fault put_input(std::span<const std::byte> bytes, phase during);
    void send_goodbye() noexcept;
    fault failed(std::error_code ec, phase during) const;
    fault tls_failed(tls_diagnosis why, phase during) const;

    std::shared_ptr<io> io_;
    std::unique_ptr<connect_report> report_; // of the last connect()
    std::size_t server_ = 0;
    server_address peer_;
    std::unique_ptr<detail::any_tls_session> tls_;
    std::vector<detail::tls_notice> notices_;
    std::vector<std::byte> input_;  // ciphertext between the socket and the session
    std::vector<std::byte> record_; // plaintext of a record that several pieces share
    std::vector<std::byte> early_;  // what the peer sent before it was to be read
    std::chrono::milliseconds acknowledgement_{0};
    std::size_t gather_;               // bytes of ciphertext
    std::size_t turn_ = bytes_of_turn; // what is left of it
    bool broken_ = false;              // a write has failed
    bool hung_up_ = false;             // because the peer has closed
    bool open_ = false;
};

} // namespace coquest::net
