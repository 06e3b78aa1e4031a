// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same operations with callbacks, and without exceptions of the sender:
// callbacks [CONFIGURATION STRING]

#include <coquest/async.hpp>

#include <asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

// --8<-- [start:client]
class client {
public:
    client(asio::io_context& context, coquest::sender_builder builder)
    {
        coquest::async_build(std::move(builder), context.get_executor(), info_,
                             [this](std::error_code failure, coquest::sender made) {
                                 sender_ = std::move(made);
                                 failure ? report("build") : add();
                             });
    }

    bool good() const { return good_; }

private:
    void add()
    {
        coquest::async_at_now(
            sender_.table("trades").symbol("side", "buy").column_f64("price", 0.5),
            [this](const std::exception_ptr& failure) { failure ? report("add") : close(); });
    }
    void close()
    {
        coquest::async_close(sender_, info_, [this](std::error_code failure) {
            good_ = !failure;
            if (failure) {
                report("close");
            }
        });
    }
    void report(const char* step) const
    {
        std::fprintf(stderr, "%s: %s\n", step, info_.message.c_str());
    }

    coquest::sender sender_;
    coquest::diagnostics info_; // outlives each operation
    bool good_ = false;
};
// --8<-- [end:client]

int main(int argc, char** argv)
try {
    asio::io_context context;
    const client user(context, coquest::sender_builder::from_conf(
                                   argc > 1 ? argv[1] : "http::addr=localhost:9000;"));
    context.run();
    std::puts(user.good() ? "1 row stored" : "failed");
    return user.good() ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
