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
    static const identity instance = self_signed(ca_spec("coquest faults"));
    return instance;
}

const identity& server_certificate()
{
    static const identity instance =
        issue(server_spec({"DNS:localhost", "IP:127.0.0.1"}), authority());
    return instance;
}

const std::string& roots_path()
{
    static const temp_file instance(authority().pem());
    return instance.path();
}

const identity* certificate_for(way mode)
{
    return has_tls(mode.over) ? &server_certificate() : nullptr;
}

wire_server::options options_for(way mode, wire_server::options options)
{
    options.certificate = certificate_for(mode);
    return options;
}

// Works on a buffer and on sender::table.
template <class Row>
void fill_row(Row&& row, int number, const std::string& text)
{
    row.symbol("s", "a").column_i64("n", number).column_f64("x", 0.5);
    if (!text.empty()) {
        row.column_str("text", text);
    }
}

void add_rows(buffer& target, rows spec)
{
    const std::string text(spec.text, 'x');
    for (int i = 0; i < spec.count; ++i) {
        target.table("t");
        fill_row(target, i, text);
        if (spec.timestamps) {
            target.at(timestamp_nanos(1000 + i));
        } else {
            target.at_now();
        }
    }
}

asio::awaitable<void> add_rows(sender& target, rows spec)
{
    const std::string text(spec.text, 'x');
    for (int i = 0; i < spec.count; ++i) {
        auto row = target.table("t");
        fill_row(row, i, text);
        if (spec.timestamps) {
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

std::ostream& operator<<(std::ostream& output, way mode)
{
    return output << to_string(mode.over) << ", rows of the "
                  << (mode.rows == owner::sender ? "sender" : "caller");
}

scenario::scenario(way mode, wire_server::options options)
    : server(io, options_for(mode, std::move(options))), mode_(mode)
{
}

const identity* scenario::certificate() const
{
    return certificate_for(mode_);
}

sender_builder scenario::builder(std::string_view host, std::uint16_t port) const
{
    sender_builder result(mode_.over, host, port);
    result.protocol_version(protocol_version::v2)
        .auto_flush_interval(1h)
        .auto_flush_rows(0)
        .connect_timeout(2s)
        .retry_timeout(5s);
    if (is_http(mode_.over)) {
        result.request_timeout(5s).retry_max_backoff(50ms);
    }
    if (has_tls(mode_.over)) {
        result.tls_roots(roots_path());
    }
    return result;
}

sender_builder scenario::builder(std::optional<std::uint16_t> port) const
{
    return builder("127.0.0.1", port.value_or(server.port()));
}

sender_builder scenario::once() const
{
    return builder().retry_timeout(0ms);
}

outcome scenario::send(const sender_builder& builder, rows spec)
{
    buffer expected(builder.options().version.value_or(protocol_version::v3));
    add_rows(expected, spec);
    text_ = expected.to_string();
    flushes_ = static_cast<std::size_t>(spec.flushes);
    outcome got;
    run(io, deliver(builder, spec, got));
    return got;
}

asio::awaitable<void> scenario::deliver(sender_builder builder, rows spec, outcome& result)
{
    const auto begin = std::chrono::steady_clock::now();
    sender s;
    heap_.begin();
    try {
        s = co_await builder.build();
    } catch (const error& e) {
        result.failure = e;
        result.elapsed = since(begin);
        result.memory = heap_.most();
        co_return;
    }
    result.memory = heap_.most();
    result.version = s.protocol_version();
    buffer caller_rows = s.new_buffer();
    co_await flush_all(s, caller_rows, spec, result);
    result.unacknowledged = s.unacknowledged_rows();
    if (!result.failure) {
        result.held = caller_rows.to_string();
        co_await s.close();
        co_return;
    }
    if (mode_.rows == owner::sender) {
        EXPECT_EQ(result.unacknowledged, static_cast<std::size_t>(spec.count));
        caller_rows = s.take_unacknowledged();
    } else {
        EXPECT_EQ(result.unacknowledged, 0U);
    }
    result.held = caller_rows.to_string();
    if (recovery) {
        recovery();
        try {
            co_await s.flush(caller_rows);
            co_await s.close();
        } catch (const error& e) {
            result.second_failure = e;
        }
    }
}

asio::awaitable<void> scenario::flush_all(sender& s, buffer& caller_rows, rows spec,
                                          outcome& result)
{
    for (int i = 0; i < spec.flushes && !result.failure; ++i) {
        while (i != 0 && ready_again && !ready_again()) {
            co_await asio::post(io, asio::use_awaitable);
        }
        if (mode_.rows == owner::caller) {
            add_rows(caller_rows, spec);
        } else {
            co_await add_rows(s, spec);
        }
        heap_.begin();
        const auto begin = std::chrono::steady_clock::now();
        try {
            if (mode_.rows == owner::caller) {
                co_await s.flush(caller_rows);
            } else {
                co_await s.flush();
            }
        } catch (const error& e) {
            result.failure = e;
        }
        result.elapsed = since(begin);
        result.memory = std::max(result.memory, heap_.most());
    }
}

void scenario::expect_delivered(const outcome& got, std::size_t times) const
{
    EXPECT_FALSE(got.failure) << got.failure->what();
    EXPECT_EQ(got.unacknowledged, 0U);
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
