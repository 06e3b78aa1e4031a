// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS server in memory, and a loop that connects a session to it in pieces of a chosen size.
#pragma once

#include "support/cert_lab.hpp"
#include "support/record_proxy.hpp"

#include <coquest/detail/any_tls.hpp>
#include <coquest/tls.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace coquest::test {

enum class tls_version { tls1_0, tls1_1, tls1_2, tls1_3 };

/// The behaviour of a server.
struct server_behaviour {
    std::optional<identity> certificate; // nullopt: anonymous suites only
    std::vector<identity> chain;         // sent after it
    tls_version min = tls_version::tls1_2;
    tls_version max = tls_version::tls1_3;
    std::string ciphers;                   // up to TLS 1.2; empty: OpenSSL's default
    std::string groups;                    // empty: OpenSSL's default
    int security_level = 1;                // 0 also allows what is broken
    std::optional<identity> client_issuer; // if set, requires a client certificate from that issuer
    bool only_http2 = false;               // by ALPN, if the client offers it
};

class tls_server {
public:
    explicit tls_server(const server_behaviour& spec);
    tls_server(const tls_server&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    ~tls_server();
    /// Makes another connection to the same server, which accepts the tickets of the first one.
    [[nodiscard]] std::unique_ptr<tls_server> again() const;

    /// Takes ciphertext from the wire, and processes as much of it as possible.
    void feed(std::span<const std::byte> bytes);
    /// Ciphertext for the wire. A test may damage or drop it.
    std::vector<std::byte> wire;

    /// Encrypts @p text.
    void send(std::string_view text);
    /// Sends close_notify.
    void close();
    /// Requests new keys in both directions (TLS 1.3).
    void update_keys();
    /// Sends a session ticket (TLS 1.3).
    void send_ticket();
    /// Requests another handshake (TLS 1.2).
    void renegotiate();

    [[nodiscard]] const std::string& received() const noexcept { return received_; }
    [[nodiscard]] bool saw_close_notify() const noexcept;
    /// Returns whether its input broke the connection.
    [[nodiscard]] bool is_broken() const noexcept { return broken_; }
    /// Returns the alert that it received last, or -1.
    [[nodiscard]] int alert() const noexcept { return alert_; }
    [[nodiscard]] bool is_established() const noexcept;
    [[nodiscard]] bool resumed() const noexcept;
    /// Returns the client's certificate in DER; empty if it sent none.
    [[nodiscard]] std::vector<std::byte> client_certificate() const;
    /// Returns the server name that the client requested (SNI); empty if it requested none.
    [[nodiscard]] std::string asked_name() const;
    /// Returns the groups that the client offers, by their TLS numbers; valid after the hello.
    [[nodiscard]] std::vector<int> offered_groups() const;
    /// Returns the suites that the client offers and OpenSSL knows, by their TLS numbers.
    [[nodiscard]] std::vector<unsigned> offered_suites() const;
    [[nodiscard]] std::string negotiated_suite() const;

private:
    explicit tls_server(std::shared_ptr<ssl_ctx_st> context);
    void collect();
    void go_on();

    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_st> connection_;
    std::string received_;
    bool broken_ = false;
    int alert_ = -1;
};

/// Connects a session to a server.
class tls_pair {
public:
    /// Moves at most @p fragment bytes at a time.
    tls_pair(std::unique_ptr<detail::any_tls_session> client, tls_server& server,
             std::size_t fragment)
        : client_(std::move(client)), server_(server), fragment_(fragment)
    {
    }

    // Each operation runs to its end, and returns its failure or nothing. It fails with
    // tls_failure::closed after close_notify of the server, and with tls_failure::timed_out if it
    // waits for bytes that the server does not send.
    std::optional<tls_failure> handshake();
    std::optional<tls_failure> write(std::string_view text);
    /// Reads exactly @p size bytes.
    std::optional<tls_failure> read(std::size_t size, std::string& text);

    void shutdown();

    /// Returns the diagnosis of the last operation, if it failed.
    [[nodiscard]] const tls_diagnosis& diagnosis() const noexcept { return diagnosis_; }

    record_proxy to_server; // on the way to the server
    record_proxy to_client; // on the way to the client

    [[nodiscard]] detail::any_tls_session& client() noexcept { return *client_; }
    /// Returns the largest amount of output that was pending at any time.
    [[nodiscard]] std::size_t most_output() const noexcept { return most_output_; }

private:
    std::optional<tls_failure> run(
        const std::function<tls_step(detail::any_tls_session&, tls_diagnosis&)>& step);
    void send_output();
    bool receive_input();

    std::unique_ptr<detail::any_tls_session> client_;
    tls_server& server_;
    std::size_t fragment_;
    tls_diagnosis diagnosis_;
    std::size_t most_output_ = 0;
    std::vector<std::byte> arriving_; // taken from the server's wire
    std::size_t arrived_ = 0;         // how many of these bytes the client has taken
};

} // namespace coquest::test
