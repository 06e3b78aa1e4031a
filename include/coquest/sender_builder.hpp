// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The options of a sender, and how it is made. Include sender.hpp to use the sender.
#pragma once

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/asio_setup.hpp>
#include <coquest/detail/text_argument.hpp>
#include <coquest/ecdsa.hpp>
#include <coquest/error.hpp>
#include <coquest/event.hpp>
#include <coquest/protocol_version.hpp>
#include <coquest/rejection.hpp>
#include <coquest/tls.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <system_error>

namespace coquest::inline v0 {

class sender;

namespace detail {
struct pool_shared;
} // namespace detail

/// Collects the options of a sender, and makes the sender.
///
/// Each setter sets the option of the same name; config and tls_options describe the options, with
/// units and defaults. A text is what the configuration string takes for the key. A setter returns
/// the builder, so that calls can be chained.
///
/// Errors of constructors and setters: errc::config_error, with the key, if a value is not valid,
/// is a null pointer, or belongs to another transport. build() checks how the options fit together.
/// Threads: a builder may be copied, and may be used by one thread at a time.
class sender_builder {
public:
    /// Begins with a protocol ("http", "https", "tcp" or "tcps") and one server. @p host is a DNS
    /// name or an IP address; @p port is 1 to 65535.
    sender_builder(detail::text_argument protocol, detail::text_argument host, std::uint16_t port);
    /// Begins with a protocol and one server.
    /// \copydetails sender_builder(detail::text_argument, detail::text_argument, std::uint16_t)
    sender_builder(coquest::protocol protocol, detail::text_argument host, std::uint16_t port);
    /// Begins with a copy of complete options. build() checks them.
    explicit sender_builder(config options);
    /// Begins with a configuration string. Errors: those of parse_config.
    [[nodiscard]] static sender_builder from_conf(detail::text_argument text);
    /// Begins with the configuration string in the environment variable QDB_CLIENT_CONF. Errors and
    /// threads: as for config_from_env.
    [[nodiscard]] static sender_builder from_env();

    /// Adds a server to config::addresses.
    sender_builder& address(detail::text_argument host, std::uint16_t port);
    /// Sets the user name (HTTP) or the key id (TCP).
    sender_builder& username(detail::text_argument value);
    /// Sets the password (HTTP).
    sender_builder& password(detail::text_argument value);
    /// Sets the Bearer token (HTTP) or the private key (TCP).
    sender_builder& token(detail::text_argument value);
    /// Sets the first half of the public key (TCP).
    sender_builder& token_x(detail::text_argument value);
    /// Sets the second half of the public key (TCP).
    sender_builder& token_y(detail::text_argument value);
    /// Sets the time for the authentication exchange (TCP); 0 is no limit.
    sender_builder& auth_timeout(std::chrono::milliseconds value);
    /// Sets the local address to bind to (TCP).
    sender_builder& bind_interface(detail::text_argument value);

    /// Sets the trusted roots by their name: "webpki_roots", "os_roots", "webpki_and_os_roots" or
    /// "pem_file".
    sender_builder& tls_ca(detail::text_argument value);
    /// Sets the trusted roots.
    sender_builder& tls_ca(coquest::tls_ca value);
    /// Sets the path of a PEM file of trusted roots. Implies tls_ca::pem_file unless tls_ca() was
    /// called.
    sender_builder& tls_roots(detail::text_argument path);
    /// Sets trusted roots as PEM text, instead of tls_roots(). Implies tls_ca::pem_file unless
    /// tls_ca() was called.
    sender_builder& tls_roots_pem(detail::text_argument text);
    /// Sets whether the server's certificate is checked: "on" or "unsafe_off".
    sender_builder& tls_verify(detail::text_argument value);
    /// Sets whether the server's certificate is checked.
    sender_builder& tls_verify(coquest::tls_verify value);
    /// Sets the oldest TLS version: "1.2" or "1.3".
    sender_builder& tls_min(detail::text_argument value);
    /// Sets the oldest TLS version.
    sender_builder& tls_min(coquest::tls_min value);
    /// Adds a key to tls_options::pins, or several that are separated by commas.
    sender_builder& tls_pin(detail::text_argument value);
    /// Sets the path of a file of revocation lists.
    sender_builder& tls_crl(detail::text_argument path);
    /// Sets whether changed files are loaded again.
    sender_builder& tls_reload(bool value);
    /// Sets the path of the client's certificate chain.
    sender_builder& tls_client_cert(detail::text_argument path);
    /// Sets the path of the key of the client's certificate.
    sender_builder& tls_client_key(detail::text_argument path);
    /// Sets the client's certificate chain as PEM text, instead of tls_client_cert().
    sender_builder& tls_client_cert_pem(detail::text_argument text);
    /// Sets the key of the client's certificate as PEM text, instead of tls_client_key().
    sender_builder& tls_client_key_pem(detail::text_argument text);

    /// Sets the version of the line protocol, so that it is not negotiated.
    sender_builder& protocol_version(coquest::protocol_version value);
    /// Sets the longest name, in bytes.
    sender_builder& max_name_len(std::size_t value);
    /// Sets the size of a segment of the buffer, in bytes.
    sender_builder& init_buf_size(std::size_t value);
    /// Sets the most bytes of unacknowledged rows.
    sender_builder& max_buf_size(std::size_t value);
    /// Sets whether a row with two columns of one name is refused.
    sender_builder& check_duplicates(bool value);

    /// Sets whether batches are sealed without a flush().
    sender_builder& auto_flush(bool value);
    /// Sets the number of rows that seals a batch; 0 is no limit.
    sender_builder& auto_flush_rows(std::size_t value);
    /// Sets the number of bytes that seals a batch; 0 is no limit.
    sender_builder& auto_flush_bytes(std::size_t value);
    /// Sets the age of the first row that seals a batch; 0 sends each row immediately.
    sender_builder& auto_flush_interval(std::chrono::milliseconds value);

    /// Sets the time for one request, in addition to what its size takes (HTTP).
    sender_builder& request_timeout(std::chrono::milliseconds value);
    /// Sets the bytes per second that a request is granted (HTTP); 0 grants no time for the size.
    sender_builder& request_min_throughput(std::size_t value);
    /// Sets the time for retries; 0 is no retry.
    sender_builder& retry_timeout(std::chrono::milliseconds value);
    /// Sets the longest pause between two attempts (HTTP).
    sender_builder& retry_max_backoff(std::chrono::milliseconds value);
    /// Sets whether unconfirmed rows of at_now are sent again.
    sender_builder& retry_at_now(bool value);
    /// Sets whether unconfirmed rows are sent again on a new connection (TCP).
    sender_builder& tcp_resend(bool value);
    /// Sets the time after which rows that were sent count as stored (TCP).
    sender_builder& tcp_resend_window(std::chrono::milliseconds value);
    /// Sets whether a rejected batch is split, so that its other rows are stored (HTTP).
    sender_builder& split_rejected(bool value);
    /// Sets the number of connections, 1 to 64.
    sender_builder& connections(std::size_t value);
    /// Sets the time to resolve, connect and shake hands.
    sender_builder& connect_timeout(std::chrono::milliseconds value);
    /// Sets the time that `at` waits for room; 0 is no limit.
    sender_builder& at_timeout(std::chrono::milliseconds value);
    /// Sets the time that a flush waits; 0 is no limit of its own.
    sender_builder& flush_timeout(std::chrono::milliseconds value);
    /// Sets the time for sender::close; 0 delivers nothing.
    sender_builder& close_timeout(std::chrono::milliseconds value);
    /// Sets whether the destructor of a sender reports dropped rows on standard error.
    sender_builder& log_dropped_rows(bool value);
    /// Sets the User-Agent header (HTTP).
    sender_builder& user_agent(detail::text_argument value);

    /// Registers a handler that decides what happens to rejected batches. Without a handler, the
    /// sender keeps a rejected batch and stops. Pass an empty function to remove the handler.
    sender_builder& on_rejected(rejection_handler handler);
    /// Registers a hook that is called for each event, beginning with those of build(). Pass an
    /// empty function to remove the hook.
    sender_builder& on_event(event_hook hook);

    /// Uses @p Backend for TLS instead of the library that coquest was built with. tls_backend says
    /// what it has to provide; wolfssl_backend and openssl_backend come with coquest.
    template <tls_backend Backend>
    sender_builder& tls()
    {
        make_tls_ = detail::make_tls<Backend>;
        return *this;
    }

    /// Uses @p Signer to sign the challenge of a TCP server, instead of the library that coquest
    /// was built with. ecdsa_signer says what it has to provide.
    template <ecdsa_signer Signer>
    sender_builder& signer()
    {
        signer_ = &detail::erased_signer<Signer>;
        return *this;
    }

    /// Returns the options that were set so far.
    [[nodiscard]] const config& options() const noexcept { return options_; }

    /// Makes a sender on the executor of the coroutine that awaits it. Roots and other files are
    /// loaded by blocking calls.
    ///
    /// Over HTTP without a protocol_version, completes when a server has answered which versions it
    /// has; with one, completes without a connection. Over TCP, completes when a server is
    /// connected and, with a key, has received the answer to its challenge. Over TCP without a key,
    /// build() waits 100 ms before it completes, so that a server of another protocol can object.
    ///
    /// Errors: errc::config_error if options do not fit together; errc::invalid_api_call on a
    /// thread_pool of several threads without a strand; errc::tls_error,
    /// errc::protocol_version_error, errc::auth_error, errc::socket_error,
    /// errc::could_not_resolve_addr, errc::timed_out. Cancellation: closes the sockets and ends
    /// with errc::cancelled. Lifetime: the builder may be destroyed while the operation runs.
    [[nodiscard]] asio::awaitable<sender> build() const;
    /// Makes a sender as build() does and assigns it to @p out, but returns the code of the error
    /// in place of throwing; @p out is then left as it is. @p info, unless null, receives the
    /// diagnostics. Both must outlive the operation. A shortage of memory is
    /// std::errc::not_enough_memory. All else is as for build().
    [[nodiscard]] asio::awaitable<std::error_code> try_build(sender& out,
                                                             diagnostics* info = nullptr) const;

private:
    friend class sender_pool;
    static asio::awaitable<sender> make(sender_builder from);
    static asio::awaitable<void> assign(sender_builder from, sender& out);
    void share_among(std::size_t senders);
    sender_builder& set(std::string_view key, std::string_view text);
    template <class Member, class T>
    sender_builder& set_value(Member member, T value);

    config options_;
    detail::tls_factory make_tls_;
    const detail::any_signer* signer_; // null: this build has none
    rejection_handler on_rejected_;
    event_hook on_event_;
    std::shared_ptr<detail::pool_shared> shared_; // of a pool; null: nothing is shared
    bool ca_given_ = false;                       // by tls_ca(), not implied by tls_roots()
};

} // namespace coquest::inline v0
