// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "scenario.hpp"

#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;

const identity& authority()
{
    static const identity made = self_signed(ca_spec("coquest faults"));
    return made;
}

const identity& server_certificate()
{
    static const identity made = issue(server_spec({"DNS:localhost", "IP:127.0.0.1"}), authority());
    return made;
}

const std::string& roots_path()
{
    static const temp_file made(authority().pem());
    return made.path();
}

const identity* certificate_for(way how)
{
    return has_tls(how.over) ? &server_certificate() : nullptr;
}

wire_server::options options_for(way how, wire_server::options with)
{
    with.certificate = certificate_for(how);
    return with;
}

// Works on buffer and sender::table alike.
template <class Row>
void fill_row(Row&& row, int number, const std::string& text)
{
    row.symbol("s", "a").column_i64("n", number).column_f64("x", 0.5);
    if (!text.empty()) {
        row.column_str("text", text);
    }
}

void add_rows(buffer& to, rows what)
{
    const std::string text(what.text, 'x');
    for (int i = 0; i < what.count; ++i) {
        to.table("t");
        fill_row(to, i, text);
        if (what.timestamps) {
            to.at(timestamp_nanos(1000 + i));
        } else {
            to.at_now();
        }
    }
}

asio::awaitable<void> add_rows(sender& to, rows what)
{
    const std::string text(what.text, 'x');
    for (int i = 0; i < what.count; ++i) {
        auto row = to.table("t");
        fill_row(row, i, text);
        if (what.timestamps) {
            co_await row.at(timestamp_nanos(1000 + i));
        } else {
            co_await row.at_now();
        }
    }
}

std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 begin);
}

} // namespace

std::ostream& operator<<(std::ostream& to, way how)
{
    return to << to_string(how.over) << ", rows of the "
              << (how.rows == owner::sender ? "sender" : "caller");
}

scenario::scenario(way how, wire_server::options with)
    : server(io, options_for(how, std::move(with))), how_(how)
{
}

const identity* scenario::certificate() const
{
    return certificate_for(how_);
}

sender_builder scenario::builder(std::string_view host, std::uint16_t port) const
{
    sender_builder made(how_.over, host, port);
    made.protocol_version(protocol_version::v2)
        .auto_flush_interval(1h)
        .auto_flush_rows(0)
        .connect_timeout(2s)
        .retry_timeout(5s);
    if (is_http(how_.over)) {
        made.request_timeout(5s).retry_max_backoff(50ms);
    }
    if (has_tls(how_.over)) {
        made.tls_roots(roots_path());
    }
    return made;
}

sender_builder scenario::builder(std::optional<std::uint16_t> port) const
{
    return builder("127.0.0.1", port.value_or(server.port()));
}

sender_builder scenario::once() const
{
    return builder().retry_timeout(0ms);
}

outcome scenario::send(const sender_builder& with, rows what)
{
    buffer expected(with.options().version.value_or(protocol_version::v3));
    add_rows(expected, what);
    text_ = expected.to_string();
    flushes_ = static_cast<std::size_t>(what.flushes);
    outcome got;
    run(io, deliver(with, what, got));
    return got;
}

asio::awaitable<void> scenario::deliver(sender_builder with, rows what, outcome& out)
{
    const auto begin = std::chrono::steady_clock::now();
    sender s;
    heap_.begin();
    try {
        s = co_await with.build();
    } catch (const error& e) {
        out.failure = e;
        out.elapsed = since(begin);
        out.memory = heap_.most();
        co_return;
    }
    out.memory = heap_.most();
    out.version = s.protocol_version();
    buffer own = s.new_buffer();
    co_await flush_all(s, own, what, out);
    out.unsent = s.unsent_rows();
    if (!out.failure) {
        out.held = own.to_string();
        co_await s.close();
        co_return;
    }
    if (how_.rows == owner::sender) {
        EXPECT_EQ(out.unsent, static_cast<std::size_t>(what.count));
        own = s.take_unsent();
    } else {
        EXPECT_EQ(out.unsent, 0U);
    }
    out.held = own.to_string();
    if (recovery) {
        recovery();
        try {
            co_await s.flush(own);
            co_await s.close();
        } catch (const error& e) {
            out.second_failure = e;
        }
    }
}

asio::awaitable<void> scenario::flush_all(sender& s, buffer& own, rows what, outcome& out)
{
    for (int i = 0; i < what.flushes && !out.failure; ++i) {
        while (i != 0 && ready_again && !ready_again()) {
            co_await asio::post(io, asio::use_awaitable);
        }
        if (how_.rows == owner::caller) {
            add_rows(own, what);
        } else {
            co_await add_rows(s, what);
        }
        heap_.begin();
        const auto begin = std::chrono::steady_clock::now();
        try {
            if (how_.rows == owner::caller) {
                co_await s.flush(own);
            } else {
                co_await s.flush();
            }
        } catch (const error& e) {
            out.failure = e;
        }
        out.elapsed = since(begin);
        out.memory = std::max(out.memory, heap_.most());
    }
}

void scenario::expect_delivered(const outcome& got, std::size_t times) const
{
    EXPECT_FALSE(got.failure) << got.failure->what();
    EXPECT_EQ(got.unsent, 0U);
    EXPECT_TRUE(got.held.empty());
    EXPECT_EQ(server.stored.size(), flushes_ * times);
    for (const std::string& body : server.stored) {
        EXPECT_TRUE(body == text_) << "other rows arrived: " << body.substr(0, 1000);
    }
}

error scenario::expect_failed(const outcome& got, std::error_code code,
                              std::optional<delivery> state) const
{
    if (!got.failure) {
        ADD_FAILURE() << "the flush succeeded";
        return {errc::invalid_api_call, "the flush succeeded"};
    }
    EXPECT_EQ(got.failure->code(), code) << got.failure->what();
    EXPECT_EQ(got.failure->info().state, state.value_or(got.failure->info().state))
        << got.failure->what();
    EXPECT_TRUE(!got.version || got.held == text_) << "the rows are not held as they were";
    if (recovery) {
        EXPECT_FALSE(got.second_failure) << got.second_failure->what();
        EXPECT_TRUE(!server.stored.empty() && server.stored.back() == text_)
            << "the second flush delivered nothing, or something else";
    }
    return *got.failure;
}

void expect_in_time(const outcome& got, std::chrono::milliseconds deadline)
{
    constexpr std::chrono::seconds load(2);
    EXPECT_LE(got.elapsed, deadline + deadline / 10 + load);
}

void expect_bounded(const outcome& got)
{
    EXPECT_LE(got.memory, std::size_t{8} * 1024 * 1024);
}

testing::AssertionResult says(const error& e, std::string_view text)
{
    const std::string_view message = e.what();
    return (message.find(text) != message.npos ? testing::AssertionSuccess()
                                               : testing::AssertionFailure())
           << '"' << message << '"';
}

} // namespace coquest::test
