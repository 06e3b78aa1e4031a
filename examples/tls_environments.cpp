// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs in two environments: ENVIRONMENT=production trusts the public roots,
// ENVIRONMENT=development (the default) trusts a self-signed certificate.
// QUESTDB_HOST, QUESTDB_PORT and QUESTDB_CERT replace the values in this file.

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

std::string setting(const char* variable, const char* default_value)
{
    const char* value = std::getenv(variable);
    return value != nullptr ? value : default_value;
}

// --8<-- [start:environments]
coquest::sender_builder builder_for(const std::string& environment)
{
    const auto port = static_cast<std::uint16_t>(std::stoi(setting("QUESTDB_PORT", "9000")));
    if (environment == "production") {
        const std::string host = setting("QUESTDB_HOST", "production-host.com");
        return coquest::sender_builder("https", host, port)
            .username("admin")
            .password("quest")
            .tls_ca("webpki_and_os_roots");
    }
    if (environment == "development") {
        const std::string host = setting("QUESTDB_HOST", "localhost");
        return coquest::sender_builder("https", host, port)
            .username("admin")
            .password("quest")
            .tls_ca("pem_file")
            .tls_roots(setting("QUESTDB_CERT", "./certs/questdb.crt"));
    }
    throw std::runtime_error("Unknown environment");
}
// --8<-- [end:environments]

asio::awaitable<void> ingest()
{
    auto sender = co_await builder_for(setting("ENVIRONMENT", "development")).build();

    co_await sender.table("trades")
        .symbol("symbol", "BTC-USDT")
        .symbol("side", "buy")
        .column_f64("price", 37779.62)
        .column_f64("amount", 0.5)
        .at_now();
    co_await sender.flush();

    std::puts("Data sent successfully over TLS");

    co_await sender.close();
}

int main()
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(), asio::use_future);
    context.run();
    done.get();
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
