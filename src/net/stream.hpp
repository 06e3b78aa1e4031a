// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One connection, plain or TLS, with one deadline for the operation that runs. An error names the
// phase and the peer. After an error or a cancellation, the stream can only be closed.
#pragma once

#include "core/connect/address_list.hpp"
#include "net/asio.hpp"
#include "net/connect_summary.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/status.hpp>

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

namespace coquest::inline v0::net {

class stream {
public:
    /// Creates a stream for a sender that has @p memory bytes for rows. The less there is, the less
    /// ciphertext the stream collects before it writes.
    explicit stream(const asio::any_io_executor& executor,
                    std::size_t memory = std::numeric_limits<std::size_t>::max());
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream();

    /// Connects to the first of @p servers, in the order of @p order, that accepts a connection,
    /// and performs a TLS handshake unless @p tls is null. After a handshake that fails, tries the
    /// remaining servers. All of this must end by @p deadline.
    asio::awaitable<status> connect(std::shared_ptr<detail::address_list> servers,
                                    std::vector<std::size_t> order, std::string bind_to,
                                    const detail::any_tls_backend* tls, clock::time_point deadline);
    /// Performs a TLS handshake on a plain connection by @p deadline. The certificate of the server
    /// must be valid for @p name.
    asio::awaitable<status> start_tls(server_address name, const detail::any_tls_backend& tls,
                                      clock::time_point deadline);
    /// Returns what TLS knows of the peer; empty before a handshake.
    [[nodiscard]] tls_peer peer() const { return tls_ ? tls_->peer() : tls_peer(); }
    /// Returns the server of this connection, or of the previous one.
    [[nodiscard]] std::size_t server() const noexcept { return server_; }
    /// Returns the events of the last handshake, and clears them.
    [[nodiscard]] std::vector<detail::tls_event> take_tls_events() noexcept
    {
        return std::exchange(tls_events_, {});
    }
    /// Returns the servers that the last connect() has tried, in order.
    [[nodiscard]] const std::vector<std::size_t>& tried() const { return summary_->tried(); }

    /// Selects whether write() checks for input before it sends the last byte.
    enum class input { looked_at, left_alone };

    /// Sends all of @p pieces in order, and consumes them. Stops as soon as the peer sends data or
    /// closes the connection, and sets @p input_arrived; the next read_some() then does not wait.
    /// Success without input means that the kernel has accepted every byte. With input::looked_at,
    /// it also means that no input had arrived just before the kernel accepted the last byte, so
    /// that input that arrives later may be an answer to the request.
    asio::awaitable<status> write(std::vector<asio::const_buffer>& pieces, bool& input_arrived,
                                  input before_last);

    /// Returns true if the last write() failed because the peer had closed the connection. What the
    /// peer sent before that can still be read.
    [[nodiscard]] bool peer_closed() const noexcept { return peer_closed_; }

    /// Reads at least one byte into @p destination. Sets @p n to the number of bytes, or to 0 if
    /// the peer has closed the connection.
    asio::awaitable<status> read_some(std::span<std::byte> destination, std::size_t& n);

    /// Checks without waiting whether the peer has closed the connection. Data from the peer sets
    /// @p has_data; the next read_some() returns it.
    status check(bool& has_data);

    /// Returns the data that check() has found and read_some() has not returned yet.
    [[nodiscard]] std::span<const std::byte> early_data() const noexcept { return early_data_; }

    /// Sets a handler that is called once, when the peer sends data or closes the connection while
    /// no write waits. It must not throw.
    void notify_on_input(std::function<void()> handler);

    /// Makes the kernel give up the connection if the peer acknowledges nothing for @p time (Linux
    /// only). A shorter time than before is ignored.
    void expect_acknowledgement_in(std::chrono::milliseconds time) noexcept;

    /// Sends close_notify if that needs no waiting, then closes the socket.
    void shutdown() noexcept;
    /// Sends close_notify and a TCP FIN, waits until the peer closes the connection, and closes the
    /// socket. Fails with errc::timed_out at @p deadline. Closing the socket earlier could answer
    /// what TLS still sends (session tickets) with a reset, and the reset could overtake the rows.
    /// Data from the peer ends the wait and goes to @p final_data, unless the TLS session reads
    /// nothing after its own close_notify.
    asio::awaitable<status> half_close(clock::time_point deadline,
                                       std::vector<std::byte>& final_data);
    /// Closes the socket. A pending operation fails.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// Sets the deadline of all reads and writes that follow.
    void expires_at(clock::time_point deadline);
    void never_expires() { expires_at(clock::time_point::max()); }

private:
    struct io;
    enum class phase { handshake, read, write };
    using gathered = std::span<const asio::const_buffer>;
    // How much is written in one go before other handlers of the context have their turn.
    static constexpr std::size_t bytes_per_turn = std::size_t{1} << 20U;

    asio::awaitable<status> connect_plain(std::vector<std::size_t> order,
                                          const std::string& bind_to, clock::time_point deadline);
    asio::awaitable<status> handshake(const detail::any_tls_backend& tls);
    bool write_without_waiting(gathered bytes, std::size_t& sent, std::error_code& ec);
    asio::awaitable<std::error_code> wait_until_writable();
    asio::awaitable<status> write_plain(std::vector<asio::const_buffer>& pieces,
                                        bool& input_arrived, input before_last);
    asio::awaitable<status> write_tls(std::vector<asio::const_buffer>& pieces, bool& input_arrived,
                                      input before_last);
    std::span<const std::byte> next_record(gathered pieces);
    template <class Step>
    asio::awaitable<status> drive(Step step, phase during);
    asio::awaitable<status> read_tls(std::span<std::byte> destination, std::size_t& n);
    asio::awaitable<status> send_output(phase during);
    asio::awaitable<status> send_records(bool& input_arrived, input before_last);
    asio::awaitable<status> receive_input(phase during);
    status receive_if_readable(bool& input_arrived);
    status receive_early_data(bool& input_arrived);
    tls_step read_early(std::span<std::byte> destination, std::size_t& n, tls_diagnosis& diagnosis);
    status put_input(std::span<const std::byte> bytes, phase during);
    void store_final_data(std::span<const std::byte> bytes, std::vector<std::byte>& final_data);
    void send_close_notify() noexcept;
    status failed(std::error_code ec, phase during) const;
    status tls_failed(tls_diagnosis diagnosis, phase during) const;

    std::shared_ptr<io> io_;
    std::unique_ptr<connect_summary> summary_; // of the last connect()
    std::size_t server_ = 0;
    server_address peer_;
    std::unique_ptr<detail::any_tls_session> tls_;
    std::vector<detail::tls_event> tls_events_;
    std::vector<std::byte> input_;      // ciphertext between the socket and the session
    std::vector<std::byte> record_;     // plaintext of a record that is copied from several pieces
    std::vector<std::byte> early_data_; // received before a read asked for it
    std::chrono::milliseconds acknowledgement_time_{0};
    std::size_t gather_size_;                 // bytes of ciphertext to collect before a write
    std::size_t turn_bytes_ = bytes_per_turn; // what may still be written in this turn
    std::size_t reply_bytes_ = 0;             // pending TLS output that early input has caused
    bool offered_session_ = false;            // by a handshake that failed
    bool write_failed_ = false;
    bool peer_closed_ = false; // the cause of a failed write
    bool open_ = false;
};

} // namespace coquest::inline v0::net
