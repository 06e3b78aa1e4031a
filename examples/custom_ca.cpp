// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Trusts a self-signed certificate, or your own CA: custom_ca [HOST [PORT [PEM FILE]]]

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

asio::awaitable<void> ingest(std::string host, std::uint16_t port, std::string pem_file)
{
    // --8<-- [start:build]
    auto sender = co_await coquest::sender_builder("https", host, port)
                      .username("admin")
                      .password("quest")
                      .tls_ca("pem_file")  // trust the certificates in this file, and no others
                      .tls_roots(pem_file) // PEM: -----BEGIN CERTIFICATE-----
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
    const std::string host = argc > 1 ? argv[1] : "localhost";
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::stoi(argv[2]) : 9000);
    const std::string pem_file = argc > 3 ? argv[3] : "./certs/questdb.crt";

    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(host, port, pem_file), asio::use_future);
    context.run();
    done.get();
    std::puts("Data sent successfully over TLS");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
