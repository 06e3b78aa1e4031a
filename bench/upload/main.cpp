// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Uploads the same rows again and again over HTTPS, and prints what that costs the client: TLS and
// the socket, because encoding does not count.

#include "support/choose_tls.hpp"
#include "support/encoders.hpp"
#include "support/processor_time.hpp"
#include "support/run.hpp"
#include "upload/plain.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t rows_of_flush = 10'000;

struct options {
    std::uint16_t port = 0;
    std::string roots;
    std::string tls;
    std::size_t flushes = 0;
    std::size_t warm_up = 0;
};

/// Adds up the processor time of the flushes after the first ones.
class account {
public:
    explicit account(const options& settings) : warm_up_(settings.warm_up) {}

    void begin() { begin_ = coquest::bench::processor_time(); }
    void end(std::size_t bytes)
    {
        if (flush_++ >= warm_up_) {
            used_ += coquest::bench::processor_time() - begin_;
            bytes_ += bytes;
        }
    }
    void print() const
    {
        std::printf("{\"bytes\": %zu, \"cpu_s\": %.6f}\n", bytes_,
                    std::chrono::duration<double>(used_).count());
    }

private:
    std::size_t warm_up_;
    std::size_t flush_ = 0;
    std::size_t bytes_ = 0;
    std::chrono::nanoseconds begin_{};
    std::chrono::nanoseconds used_{};
};

/// The libraries that coquest is built with.
const std::vector<std::string> libraries = {
#if COQUEST_HAS_OPENSSL
    "openssl",
#endif
#if COQUEST_HAS_WOLFSSL
    "wolfssl",
#endif
};

coquest::sender_builder builder(const options& settings)
{
    auto result = coquest::sender_builder::from_conf(
        "https::addr=127.0.0.1:" + std::to_string(settings.port) +
        ";protocol_version=2;tls_roots=" + settings.roots + ";auto_flush=off;");
    coquest::bench::choose_tls(result, settings.tls);
    return result;
}

asio::awaitable<void> by_coquest(const options& settings)
{
    const auto encode = coquest::bench::make_encoder("A", "literals");
    auto sender = co_await builder(settings).build();
    coquest::buffer rows = sender.new_buffer();
    account spent(settings);
    for (std::size_t k = 0; k < settings.warm_up + settings.flushes; ++k) {
        encode(rows, {0, rows_of_flush});
        const std::size_t size = rows.size();
        spent.begin();
        co_await sender.flush(rows);
        spent.end(size);
    }
    spent.print();
    co_await sender.close();
}

std::unique_ptr<coquest::bench::plain_connection> connect(std::string_view library, int descriptor,
                                                          const std::string& roots)
{
#if COQUEST_HAS_OPENSSL
    if (library == "openssl") {
        return coquest::bench::plain_openssl(descriptor, roots);
    }
#endif
#if COQUEST_HAS_WOLFSSL
    if (library == "wolfssl") {
        return coquest::bench::plain_wolfssl(descriptor, roots);
    }
#endif
    throw std::invalid_argument(std::string(library));
}

void by_plain_library(const options& settings)
{
    coquest::buffer rows(coquest::protocol_version::v2);
    coquest::bench::make_encoder("A", "literals")(rows, {0, rows_of_flush});
    const std::string body = rows.to_string();
    const std::string request = "POST /write?precision=n HTTP/1.1\r\nHost: 127.0.0.1:9000\r\n"
                                "User-Agent: plain\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                "Content-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), settings.port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    const auto connection = connect(settings.tls, socket.native_handle(), settings.roots);
    std::array<char, 4096> answer{};
    account spent(settings);
    for (std::size_t k = 0; k < settings.warm_up + settings.flushes; ++k) {
        spent.begin();
        connection->write(request);
        connection->read(answer);
        spent.end(body.size());
    }
    spent.print();
}

} // namespace

int main(int argc, char** argv)
{
    options settings;
    bool plain = false;
    CLI::App app(
        "Uploads rows of workload A over HTTPS to 127.0.0.1, 10,000 in a flush, and prints "
        "the bytes of rows and the processor time that the flushes took, as one line of "
        "JSON.");
    app.add_option("--port", settings.port, "port of the server")->required();
    app.add_option("--roots", settings.roots,
                   "roots that the server's certificate is issued by (PEM)")
        ->required();
    app.add_option("--flushes", settings.flushes, "number of flushes that are measured")
        ->required()
        ->check(CLI::PositiveNumber);
    app.add_option("--warm-up", settings.warm_up, "number of flushes before those");
    app.add_option("--tls", settings.tls, "the TLS library")
        ->required()
        ->check(CLI::IsMember(libraries));
    app.add_flag("--plain", plain, "use nothing but that library, on a blocking socket");
    CLI11_PARSE(app, argc, argv);
    try {
        if (plain) {
            by_plain_library(settings);
        } else {
            coquest::bench::run(by_coquest(settings));
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
