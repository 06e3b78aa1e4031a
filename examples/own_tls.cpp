// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A TLS backend of your own: own_tls [HOST [PORT]]. THIS ONE ENCRYPTS NOTHING AND CHECKS NOTHING:
// it shows where a library's calls go. What it sends, every server without TLS understands.

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
#include <system_error>
#include <vector>

using coquest::tls_step;

// One connection. It does no I/O: coquest moves what is in output(), and brings what put_input()
// takes.
class no_cipher_session {
public:
    // A library's handshake goes here: where it wants the server's next message, the answer is
    // retry_after_input; where it fails, ec = coquest::tls_failure::... and diagnosis() says more.
    tls_step handshake(std::error_code&) { return tls_step::done; }

    tls_step read(std::span<std::byte> to, std::size_t& n, std::error_code&)
    {
        n = std::min(to.size(), received_.size()); // decrypt here
        std::copy_n(received_.begin(), n, to.begin());
        received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(n));
        return n == 0 && !to.empty() ? tls_step::retry_after_input : tls_step::done;
    }

    tls_step write(std::span<const std::byte> from, std::size_t& n, std::error_code&)
    {
        constexpr std::size_t record = 16384; // taking less than all is fine
        n = std::min(from.size(), record);
        to_send_.insert(to_send_.end(), from.begin(), // encrypt here
                        from.begin() + static_cast<std::ptrdiff_t>(n));
        return tls_step::done_after_output;
    }

    tls_step shutdown(std::error_code&) { return tls_step::done; } // close_notify goes here

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

// What the connections share: a library's context, made once of the options.
class no_cipher_backend {
public:
    using session = no_cipher_session;

    static std::shared_ptr<const no_cipher_backend> create(const coquest::tls_options& options,
                                                           coquest::tls_diagnosis& why)
    {
        if (!options.client_cert.empty()) { // an option that cannot be honoured is refused
            why.kind = coquest::tls_failure::unsupported;
            why.text = "tls_client_cert: this backend has no certificates";
            return nullptr;
        }
        std::fputs("WARNING: no cipher, no certificate: this is not TLS\n", stderr);
        return std::make_shared<no_cipher_backend>();
    }
    std::unique_ptr<session> make_session(std::string_view /*host*/, coquest::tls_diagnosis&) const
    {
        return std::make_unique<session>(); // the host is what the certificate must be for
    }
    static std::string_view name() { return "no cipher"; }
};
static_assert(coquest::TlsBackend<no_cipher_backend>);

asio::awaitable<void> ingest(std::string host, std::uint16_t port)
{
    coquest::sender_builder builder("https", host, port);
    builder.username("admin").password("quest").tls<no_cipher_backend>();
    auto sender = co_await builder.build();
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
