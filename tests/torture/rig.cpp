// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "torture/rig.hpp"

#include "support/listener.hpp"
#include "support/tls_server.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <new>
#include <span>
#include <thread>
#include <vector>

namespace coquest::test {

using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds hang(20);

const identity& certificate()
{
    static const identity result = self_signed(server_spec({"DNS:localhost", "IP:127.0.0.1"}));
    return result;
}

server_behaviour behaviour()
{
    server_behaviour result;
    result.certificate = certificate();
    return result;
}

const std::string& roots_path()
{
    static const temp_file file(certificate().pem());
    return file.path();
}

} // namespace

// Decrypts TLS, and passes the plain text on to the scripted server.
class rig::tls_front {
public:
    tls_front(asio::io_context& io, std::uint16_t target)
        : state_(std::make_shared<state>(io, target))
    {
        auto take = [state = state_](tcp::socket accepted) {
            auto connection = std::make_shared<link>(std::move(accepted));
            asio::co_spawn(state->acceptor.get_executor(), open(connection, state->target),
                           asio::detached);
        };
        asio::co_spawn(io, listen(state_->acceptor, std::move(take)), asio::detached);
    }
    ~tls_front() { state_->acceptor.close(); }
    tls_front(const tls_front&) = delete;
    tls_front& operator=(const tls_front&) = delete;

    [[nodiscard]] std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }

private:
    struct state {
        state(asio::io_context& io, std::uint16_t port)
            : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
              target(asio::ip::address_v4::loopback(), port)
        {
        }
        tcp::acceptor acceptor;
        tcp::endpoint target;
    };
    struct link {
        link(tcp::socket accepted)
            : outside(std::move(accepted)), inside(outside.get_executor()), tls(behaviour())
        {
        }
        void close()
        {
            std::error_code ec;
            outside.close(ec);
            inside.close(ec);
        }
        asio::awaitable<void> send_wire()
        {
            const std::vector<std::byte> bytes = std::exchange(tls.wire, {});
            co_await asio::async_write(outside, asio::buffer(bytes), asio::use_awaitable);
        }
        tcp::socket outside;
        tcp::socket inside;
        tls_server tls;
        std::size_t handed_on = 0;
    };

    static asio::awaitable<void> open(std::shared_ptr<link> connection, tcp::endpoint target)
    {
        try {
            co_await connection->inside.async_connect(target, asio::use_awaitable);
        } catch (const std::system_error&) {
            connection->close(); // the scripted server was stopped
            co_return;
        }
        const auto executor = connection->outside.get_executor();
        asio::co_spawn(executor, inwards(connection), asio::detached);
        asio::co_spawn(executor, outwards(connection), asio::detached);
    }
    static asio::awaitable<void> inwards(std::shared_ptr<link> connection)
    {
        std::array<std::byte, 65536> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        try {
            for (;;) {
                const std::size_t n = co_await connection->outside.async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                connection->tls.feed(std::span(block).first(n));
                co_await connection->send_wire();
                const std::string text = connection->tls.received().substr(connection->handed_on);
                connection->handed_on += text.size();
                co_await asio::async_write(connection->inside, asio::buffer(text),
                                           asio::use_awaitable);
            }
        } catch (const std::exception&) {
            connection->close();
        }
    }
    static asio::awaitable<void> outwards(std::shared_ptr<link> connection)
    {
        std::array<char, 4096> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        try {
            for (;;) {
                const std::size_t n = co_await connection->inside.async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                connection->tls.send({block.data(), n});
                co_await connection->send_wire();
            }
        } catch (const std::exception&) {
            connection->close();
        }
    }

    std::shared_ptr<state> state_;
};

rig::rig(wire_kind kind)
    : server_(peer_, [this](const request& received) { return log(received); }),
      client_(std::make_unique<asio::io_context>(1)), work_(client_->get_executor())
{
    const tcp::socket opens_the_reactor(*client_); // the reactor has its own descriptors
    if (kind == wire_kind::https) {
        front_ = std::make_unique<tls_front>(peer_, server_.port());
    }
}

rig::~rig()
{
    destroy_client();
}

reply rig::log(const request& received)
{
    reply result = answer(received);
    if (result.bytes.starts_with("HTTP/1.1 2")) {
        stored_ += received.body;
    }
    return result;
}

sender_builder rig::builder(const char* host) const
{
    using namespace std::chrono_literals;
    sender_builder result(front_ ? "https" : "http", host,
                          front_ ? front_->port() : server_.port());
    result.protocol_version(coquest::protocol_version::v2)
        .auto_flush(false)
        .retry_max_backoff(10ms);
    // long timeouts, so that a wait that should have ended becomes a hang
    result.request_timeout(600s).connect_timeout(600s).close_timeout(600s).retry_timeout(600s);
    if (front_) {
        result.tls_roots(roots_path());
    }
    return result;
}

sender rig::build(const sender_builder& options)
{
    sender result;
    operation building(*this, [&]() -> asio::awaitable<void> {
        return [](sender& target, sender_builder builder) -> asio::awaitable<void> {
            target = co_await builder.build();
        }(result, options);
    });
    run_until([&] { return building.done(); });
    EXPECT_TRUE(building.succeeded()) << building.what();
    return result;
}

void rig::run_peer()
{
    peer_.restart();
    while (peer_.poll() != 0) {
    }
}

bool rig::step()
{
    run_peer();
    if (client_turn) {
        client_turn(true);
    }
    const bool did = run_client();
    if (client_turn) {
        client_turn(false);
    }
    return did;
}

bool rig::run_client()
{
    try {
        return client_->poll_one() != 0 || client_->run_one_for(std::chrono::milliseconds(1)) != 0;
    } catch (const std::bad_alloc&) { // thrown to the caller of the context, which continues
        return true;
    }
}

void rig::run_until(const std::function<bool()>& holds)
{
    const auto deadline = std::chrono::steady_clock::now() + hang;
    while (!holds()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the condition did not come true";
        step();
    }
}

void rig::destroy_client()
{
    work_.reset();
    client_.reset();
}

std::size_t rig::copies(std::size_t row) const
{
    const std::string text = "t n=" + std::to_string(row) + "i";
    std::size_t count = 0;
    for (auto position = stored_.find(text); position != stored_.npos;
         position = stored_.find(text, position + 1)) {
        ++count;
    }
    return count;
}

std::size_t rig::missing(std::size_t rows) const
{
    std::size_t count = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        count += copies(row) == 0 ? 1 : 0;
    }
    return count;
}

std::error_code operation::code() const
{
    if (!result_->thrown) {
        return {};
    }
    try {
        std::rethrow_exception(result_->thrown);
    } catch (const std::system_error& thrown) {
        if (result_->early && thrown.code() == asio::error::operation_aborted) {
            return errc::cancelled;
        }
        return thrown.code();
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
}

std::string operation::what() const
{
    if (!result_->thrown) {
        return result_->done ? "it succeeded" : "it is not over";
    }
    try {
        std::rethrow_exception(result_->thrown);
    } catch (const std::exception& thrown) {
        return thrown.what();
    }
}

void add_row(sender& target, std::size_t row, std::size_t padding)
{
    auto open = target.table("t");
    open.column_i64("n", static_cast<std::int64_t>(row));
    if (padding != 0) {
        open.column_str("padding", std::string(padding, 'x'));
    }
    EXPECT_FALSE(open.try_at_now());
}

void add_rows(sender& target, std::size_t first, std::size_t end, std::size_t padding)
{
    for (std::size_t row = first; row < end; ++row) {
        add_row(target, row, padding);
    }
}

void expect_flush(rig& fixture, sender& s)
{
    const operation flushing(fixture, [&s] { return s.flush(); });
    fixture.run_until([&] { return flushing.done(); });
    EXPECT_TRUE(flushing.succeeded()) << flushing.what();
    EXPECT_EQ(s.unacknowledged_rows(), 0U);
}

std::size_t open_descriptors()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

void expect_descriptors(std::size_t before)
{
    const auto deadline = std::chrono::steady_clock::now() + hang;
    std::size_t open_now = open_descriptors();
    while (open_now > before && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
        open_now = open_descriptors();
    }
    EXPECT_LE(open_now, before) << "descriptors leaked";
}

void at_each_moment(const std::function<bool(const moment&)>& check)
{
    constexpr std::size_t endless = 2000;
    for (const wire_kind kind : {wire_kind::http, wire_kind::https}) {
        for (const bool late : {false, true}) {
            bool reached = true;
            for (std::size_t step = 0; reached && !testing::Test::HasFailure(); ++step) {
                SCOPED_TRACE((kind == wire_kind::https ? "https, step " : "http, step ") +
                             std::to_string(step) + (late ? ", late" : ""));
                const std::size_t before = open_descriptors();
                reached = check({kind, step, late});
                expect_descriptors(before);
                ASSERT_LT(step, endless);
            }
        }
    }
}

bool reaches(rig& fixture, const operation& subject, const moment& when)
{
    std::size_t steps = 0;
    const auto deadline = std::chrono::steady_clock::now() + hang;
    while (!subject.done() && (!subject.begun() || steps < when.step)) {
        steps += fixture.step() && subject.begun() ? 1 : 0;
        if (std::chrono::steady_clock::now() > deadline) {
            ADD_FAILURE() << "the operation hangs";
            return false;
        }
    }
    if (when.late) {
        fixture.run_peer();
    }
    return !subject.done();
}

bool cancelled_at(rig& fixture, operation& subject, const moment& when)
{
    if (when.step != 0 && !reaches(fixture, subject, when)) {
        EXPECT_TRUE(subject.succeeded()) << subject.what();
        return false;
    }
    subject.cancel();
    fixture.run_until([&] { return subject.done(); });
    EXPECT_EQ(subject.code(), errc::cancelled) << subject.what();
    return true;
}

std::function<reply(const request&)> passing_faults()
{
    return [count = 0](const request&) mutable {
        ++count;
        return count == 1   ? status("503 Service Unavailable")
               : count == 2 ? reply{.reset = true}
                            : ok();
    };
}

} // namespace coquest::test
