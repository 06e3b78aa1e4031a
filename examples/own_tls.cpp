// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Your own TLS backend: own_tls [HOST [PORT]]. THIS BACKEND ENCRYPTS NOTHING AND CHECKS NOTHING:
// it shows where to call a TLS library. Every server without TLS understands what it sends.

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using coquest::tls_diagnosis;
using coquest::tls_step;

// --8<-- [start:session]
// One connection. It does no I/O: coquest sends the bytes of output(), and passes what it receives
// to put_input().
class no_cipher_session {
public:
    // Call the library's handshake here. Return retry_after_input if it needs the next message of
    // the server. If it fails, say why in the diagnosis, and return failed.
    tls_step handshake(tls_diagnosis&) { return tls_step::done; }

    tls_step read(std::span<std::byte> plaintext, std::size_t& n, tls_diagnosis&)
    {
        n = std::min(plaintext.size(), received_.size()); // decrypt here
        std::copy_n(received_.begin(), n, plaintext.begin());
        received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(n));
        return n == 0 && !plaintext.empty() ? tls_step::retry_after_input : tls_step::done;
    }

    tls_step write(std::span<const std::byte> plaintext, std::size_t& n, tls_diagnosis&)
    {
        constexpr std::size_t record = 16384; // it may take fewer bytes than it is given
        n = std::min(plaintext.size(), record);
        to_send_.insert(to_send_.end(), plaintext.begin(), // encrypt here
                        plaintext.begin() + static_cast<std::ptrdiff_t>(n));
        return tls_step::done_after_output;
    }

    void shutdown() {} // close_notify goes here

    std::size_t put_input(std::span<const std::byte> bytes)
    {
        received_.insert(received_.end(), bytes.begin(), bytes.end());
        return bytes.size();
    }
    std::span<const std::byte> output() const { return to_send_; }
    void consume_output(std::size_t n)
    {
        to_send_.erase(to_send_.begin(), to_send_.begin() + static_cast<std::ptrdiff_t>(n));
    }

private:
    std::vector<std::byte> received_;
    std::vector<std::byte> to_send_;
};
// --8<-- [end:session]

// --8<-- [start:backend]
// State that the connections share: a library's context, made once from the options.
class no_cipher_backend {
public:
    using session = no_cipher_session;

    static std::shared_ptr<const no_cipher_backend> create(const coquest::tls_options& options,
                                                           tls_diagnosis& diagnosis)
    {
        if (!options.client_cert.empty()) { // reject an option that cannot be honoured
            diagnosis.kind = coquest::tls_failure::unsupported;
            diagnosis.text = "tls_client_cert: this backend has no certificates";
            return nullptr;
        }
        std::fputs("WARNING: no cipher, no certificate: this is not TLS\n", stderr);
        return std::make_shared<no_cipher_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view /*host*/, tls_diagnosis&) const
    {
        return std::make_unique<session>(); // check the certificate against the host
    }
    static std::string_view name() { return "no cipher"; }
};
static_assert(coquest::TlsBackend<no_cipher_backend>);
// --8<-- [end:backend]

asio::awaitable<void> ingest(std::string host, std::uint16_t port)
{
    // --8<-- [start:use]
    coquest::sender_builder builder("https", host, port);
    builder.username("admin").password("quest").tls<no_cipher_backend>();
    auto sender = co_await builder.build();
    // --8<-- [end:use]
    co_await sender.table("trades").symbol("side", "buy").column_f64("price", 0.5).at_now();
    co_await sender.close();
}

int main(int argc, char** argv)
try {
    const std::string host = argc > 1 ? argv[1] : "localhost";
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 9000);

    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(host, port), asio::use_future);
    context.run();
    done.get();
    std::puts("Data sent in clear");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
