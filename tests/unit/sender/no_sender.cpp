// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A sender or a pool that was never built or was moved from behaves like a closed one.

#include <coquest/async.hpp>
#include <coquest/sender_pool.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/bind_executor.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using test::failure_of;

template <class Function>
std::error_code code_of(Function call)
{
    try {
        call();
    } catch (const error& e) {
        return e.code();
    }
    return {};
}

asio::awaitable<void> use_every_member(sender& none)
{
    buffer rows = none.new_buffer();
    rows.table("t").symbol("s", "v").at_now();
    const std::vector<double> numbers{1, 2};

    EXPECT_EQ(
        (co_await failure_of(none.table("t").symbol("s", "v").column_f64("x", 1).at_now())).code(),
        errc::closed);
    EXPECT_EQ(
        (co_await failure_of(none.table("t").symbol("s", "v").at(timestamp_micros(1)))).code(),
        errc::closed);
    EXPECT_EQ(none.table("t").symbol("s", "v").try_at_now(), errc::closed);
    EXPECT_EQ(none.table("t").symbol("s", "v").try_at(timestamp_nanos(1)), errc::closed);
    diagnostics info;
    EXPECT_EQ(none.table(std::string_view("?"))
                  .try_at(std::chrono::sys_time<std::chrono::days>::max(), &info),
              errc::closed);
    EXPECT_EQ(info.message, "there is no sender: it was never built, or was moved from");
    {
        const auto left_open = none.table("t");
    }
    constexpr row_schema<"t", fields::f64<"x">> schema;
    EXPECT_EQ((co_await failure_of(none.append(schema(1.0).at_now()))).code(), errc::closed);
    const auto to_row = [&](double x) { return schema(x).at_now(); };
    EXPECT_EQ((co_await failure_of(none.append(numbers, to_row))).code(), errc::closed);
    EXPECT_EQ(
        (co_await failure_of(none.append_columns("t", value_column("x", numbers), at_now))).code(),
        errc::closed);
    EXPECT_EQ((co_await failure_of(none.flush())).code(), errc::closed);
    EXPECT_EQ((co_await failure_of(none.flush(rows))).code(), errc::closed);
    EXPECT_EQ((co_await failure_of(none.flush_and_keep(rows))).code(), errc::closed);
    EXPECT_EQ(rows.to_string(), "t,s=v\n");
    co_await none.close();
    co_await none.close();
    EXPECT_TRUE(none.take_unacknowledged().empty());
    EXPECT_EQ(none.unacknowledged_rows(), 0U);
    EXPECT_EQ(none.protocol_version(), none.new_buffer().version());
    EXPECT_EQ(none.metrics()->snapshot().rows_committed, 0U);
    EXPECT_EQ(code_of([&] { none.reload_tls(); }), errc::closed);
    EXPECT_TRUE(none.must_close());
    EXPECT_FALSE(none.get_executor());
}

void use_every_async_form(asio::io_context& io, sender& none)
{
    buffer rows = none.new_buffer();
    int calls = 0;
    const auto expect_closed = [&](const std::exception_ptr& thrown) {
        ++calls;
        EXPECT_EQ(code_of([&] { std::rethrow_exception(thrown); }), errc::closed);
    };
    const auto on_io = [&] { return asio::bind_executor(io.get_executor(), expect_closed); };
    async_at_now(none.table("t").symbol("s", "v"), on_io());
    async_at(none.table("t").symbol("s", "v"), timestamp_micros(1), on_io());
    constexpr row_schema<"t", fields::f64<"x">> schema;
    async_append(none, schema(1.0).at_now(), on_io());
    async_append(none, std::vector{1.0}, [&](double x) { return schema(x).at_now(); }, on_io());
    async_flush(none, on_io());
    async_flush(none, rows, on_io());
    async_flush_and_keep(none, rows, on_io());
    io.restart();
    io.run();
    EXPECT_EQ(calls, 7);

    EXPECT_EQ(code_of([&] { async_flush(none, asio::use_future).get(); }), errc::closed);
    EXPECT_EQ(code_of([&] { async_close(none, asio::use_future).get(); }), std::error_code());
}

TEST(no_sender, made_by_default_behaves_as_closed)
{
    asio::io_context io{1};
    sender none;
    test::run(io, use_every_member(none));
    use_every_async_form(io, none);
}

TEST(no_sender, moved_from_behaves_as_closed)
{
    asio::io_context io{1};
    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(protocol_version::v2);
    test::run(io, [](sender_builder from, asio::io_context& context) -> asio::awaitable<void> {
        sender built = co_await from.build();
        sender other = std::move(built);
        co_await use_every_member(built); // NOLINT(bugprone-use-after-move)
        co_await other.table("t").symbol("s", "v").at_now();
        sender third;
        third = std::move(other);
        co_await use_every_member(other); // NOLINT(bugprone-use-after-move)
        co_await third.close();
        static_cast<void>(context);
    }(builder, io));
    ASSERT_EQ(server.requests.size(), 1U);
    EXPECT_EQ(server.requests[0].body, "t,s=v\n");
}

asio::awaitable<void> use_nothing(sender& /*one*/)
{
    co_return;
}

asio::awaitable<void> use_every_member(sender_pool& none)
{
    EXPECT_EQ(none.size(), 0U);
    EXPECT_EQ((co_await failure_of(none.use(use_nothing))).code(), errc::closed);
    EXPECT_EQ((co_await failure_of(none.flush())).code(), errc::closed);
    co_await none.close();
    EXPECT_TRUE((co_await none.take_unacknowledged()).empty());
    EXPECT_EQ((co_await failure_of(none.reload_tls())).code(), errc::closed);
    EXPECT_EQ(none.metrics().rows_committed, 0U);
}

TEST(no_sender, neither_does_a_pool_without_senders)
{
    asio::io_context io{1};
    sender_pool none;
    test::run(io, use_every_member(none));

    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(protocol_version::v2);
    test::run(io, [](sender_builder from, asio::io_context& context) -> asio::awaitable<void> {
        auto built = co_await sender_pool::build(std::move(from), context.get_executor(), 2);
        auto other = std::move(built);
        co_await use_every_member(built); // NOLINT(bugprone-use-after-move)
        co_await other.close();
    }(builder, io));
}

TEST(no_sender, a_builder_that_was_moved_from_lacks_its_address_and_may_be_assigned_to)
{
    asio::io_context io{1};
    sender_builder from("http", "127.0.0.1", 9000);
    sender_builder other = std::move(from);
    test::run(io, [](sender_builder& moved) -> asio::awaitable<void> {
        try {
            (void)co_await moved.build();
            ADD_FAILURE() << "nothing was thrown";
        } catch (const error& e) {
            EXPECT_EQ(e.code(), errc::config_error);
        }
    }(from)); // NOLINT(bugprone-use-after-move)
    from = other;
    EXPECT_EQ(from.options().addresses.size(), 1U);
}

TEST(no_sender, a_builder_refuses_null_pointers_by_name)
{
    const char* const null = nullptr;
    const auto refusal = [](auto call) -> std::string {
        try {
            call();
        } catch (const error& e) {
            EXPECT_EQ(e.code(), errc::config_error);
            return e.what();
        }
        return "nothing was thrown";
    };
    sender_builder http("http", "h", 1);
    sender_builder https("https", "h", 1);
    sender_builder tcp("tcp", "h", 1);
    using setter = sender_builder& (sender_builder::*)(detail::text_argument);
    const struct {
        sender_builder* of;
        const char* key;
        setter set;
    } setters[] = {
        {&http, "username", &sender_builder::username},
        {&http, "password", &sender_builder::password},
        {&http, "token", &sender_builder::token},
        {&tcp, "token_x", &sender_builder::token_x},
        {&tcp, "token_y", &sender_builder::token_y},
        {&tcp, "bind_interface", &sender_builder::bind_interface},
        {&https, "tls_ca", &sender_builder::tls_ca},
        {&https, "tls_roots", &sender_builder::tls_roots},
        {&https, "tls_verify", &sender_builder::tls_verify},
        {&https, "tls_min", &sender_builder::tls_min},
        {&https, "tls_pin", &sender_builder::tls_pin},
        {&https, "tls_crl", &sender_builder::tls_crl},
        {&https, "tls_roots_pem", &sender_builder::tls_roots_pem},
        {&https, "tls_client_cert", &sender_builder::tls_client_cert},
        {&https, "tls_client_key", &sender_builder::tls_client_key},
        {&https, "tls_client_cert_pem", &sender_builder::tls_client_cert_pem},
        {&https, "tls_client_key_pem", &sender_builder::tls_client_key_pem},
        {&http, "user_agent", &sender_builder::user_agent},
    };
    for (const auto& [of, key, set] : setters) {
        EXPECT_EQ(refusal([&] { (of->*set)(null); }),
                  "\"" + std::string(key) + "\" is a null pointer");
    }
    EXPECT_EQ(refusal([&] { http.address(null, 1); }), "\"addr\" is a null pointer");
    EXPECT_EQ(refusal([&] { sender_builder("http", null, 1); }), "\"addr\" is a null pointer");
    EXPECT_EQ(refusal([&] { sender_builder(null, "h", 1); }),
              "the protocol is a null pointer: use http, https, tcp or tcps");
    EXPECT_EQ(refusal([&] { (void)sender_builder::from_conf(null); }),
              "the configuration string is a null pointer");
}

} // namespace
