// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Trusts the certificates of public CAs: production_roots [HOST [PORT]]

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

asio::awaitable<void> ingest(std::string host, std::uint16_t port)
{
    // --8<-- [start:build]
    auto sender = co_await coquest::sender_builder("https", host, port)
                      .username("admin")
                      .password("quest")
                      .tls_ca("webpki_and_os_roots") // the default: Mozilla's and the system's
                      .build();
    // --8<-- [end:build]

    co_await sender.table("trades")
        .symbol("symbol", "BTC-USDT")
        .symbol("side", "buy")
        .column_f64("price", 37779.62)
        .column_f64("amount", 0.5)
        .at_now();

    co_await sender.close();
}

int main(int argc, char** argv)
try {
    const std::string host = argc > 1 ? argv[1] : "production-host.com";
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 9000);

    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(host, port), asio::use_future);
    context.run();
    done.get();
    std::puts("Data sent successfully over TLS");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
