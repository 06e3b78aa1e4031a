// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS server in memory, and the loop that joins a session to it in pieces of a chosen size.
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
#include <system_error>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace coquest::test {

enum class tls_version { tls1_0, tls1_1, tls1_2, tls1_3 };

/// How a server behaves.
struct server_behaviour {
    std::optional<identity> certificate; // none: anonymous suites only
    std::vector<identity> chain;         // sent behind it
    tls_version min = tls_version::tls1_2;
    tls_version max = tls_version::tls1_3;
    std::string ciphers;                   // up to TLS 1.2; empty: OpenSSL's default
    std::string groups;                    // empty: OpenSSL's default
    int security_level = 1;                // 0 allows what is broken
    std::optional<identity> client_issuer; // set: demands a client certificate by that issuer
    bool only_http2 = false;               // by ALPN, where the client asks for that
};

class tls_server {
public:
    explicit tls_server(const server_behaviour& spec);
    tls_server(const tls_server&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    ~tls_server();
    /// Makes another connection to the same server: it knows the tickets of the first.
    [[nodiscard]] std::unique_ptr<tls_server> again() const;

    /// Takes ciphertext from the wire, and does what it can with it.
    void feed(std::span<const std::byte> bytes);
    /// Ciphertext for the wire. A test may damage or drop it.
    std::vector<std::byte> wire;

    /// Encrypts @p text.
    void send(std::string_view text);
    /// Sends close_notify.
    void close();
    /// Asks for new keys on both sides (TLS 1.3).
    void update_keys();
    /// Sends a session ticket (TLS 1.3).
    void send_ticket();
    /// Asks for another handshake (TLS 1.2).
    void renegotiate();

    [[nodiscard]] const std::string& received() const noexcept { return received_; }
    [[nodiscard]] bool saw_close_notify() const noexcept;
    /// Says whether what it was fed broke the connection.
    [[nodiscard]] bool is_broken() const noexcept { return broken_; }
    [[nodiscard]] bool is_established() const noexcept;
    [[nodiscard]] bool resumed() const noexcept;
    /// The client's certificate in DER; empty where it sent none.
    [[nodiscard]] std::vector<std::byte> client_certificate() const;
    /// The name that the client asked for (SNI); empty where it named none.
    [[nodiscard]] std::string asked_name() const;
    /// The groups that the client offers, by their TLS numbers; valid after the hello.
    [[nodiscard]] std::vector<int> offered_groups() const;
    /// The suites that the client offers and that OpenSSL knows, by their TLS numbers.
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
};

/// Joins a session to a server.
class tls_pair {
public:
    /// Moves at most @p fragment bytes at a time.
    tls_pair(std::unique_ptr<detail::any_tls_session> client, tls_server& server,
             std::size_t fragment)
        : client_(std::move(client)), server_(server), fragment_(fragment)
    {
    }

    /// Runs a step to its end. Where it waits for bytes that nobody will send, it fails with
    /// std::errc::operation_would_block.
    std::error_code run(
        const std::function<tls_step(detail::any_tls_session&, std::error_code&)>& step);

    std::error_code handshake();
    std::error_code write(std::string_view text);
    /// Reads exactly @p size bytes.
    std::error_code read(std::size_t size, std::string& text);
    std::error_code shutdown();

    record_proxy to_server; // between the two
    record_proxy to_client;

    [[nodiscard]] detail::any_tls_session& client() noexcept { return *client_; }
    /// The largest amount of output that waited at any time.
    [[nodiscard]] std::size_t most_output() const noexcept { return most_output_; }

private:
    void send_output();
    bool receive_input();

    std::unique_ptr<detail::any_tls_session> client_;
    tls_server& server_;
    std::size_t fragment_;
    std::size_t most_output_ = 0;
    std::vector<std::byte> arriving_; // taken off the server's wire
    std::size_t arrived_ = 0;         // how much of it the client has
};

} // namespace coquest::test
