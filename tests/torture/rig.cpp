// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "torture/rig.hpp"

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
    static const identity made = self_signed(server_spec({"DNS:localhost", "IP:127.0.0.1"}));
    return made;
}

server_behaviour behaviour()
{
    server_behaviour made;
    made.certificate = certificate();
    return made;
}

const std::string& roots_path()
{
    static const temp_file file(certificate().pem());
    return file.path();
}

} // namespace

// Takes TLS off what comes, and hands it on to the scripted server.
class rig::tls_front {
public:
    tls_front(asio::io_context& io, std::uint16_t to) : state_(std::make_shared<state>(io, to))
    {
        asio::co_spawn(io, listen(state_), asio::detached);
    }
    ~tls_front() { state_->acceptor.close(); }
    tls_front(const tls_front&) = delete;
    tls_front& operator=(const tls_front&) = delete;

    [[nodiscard]] std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }

private:
    struct state {
        state(asio::io_context& io, std::uint16_t to)
            : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
              target(asio::ip::address_v4::loopback(), to)
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

    static asio::awaitable<void> listen(std::shared_ptr<state> self)
    {
        try {
            for (;;) {
                auto one = std::make_shared<link>(
                    co_await self->acceptor.async_accept(asio::use_awaitable));
                one->inside.connect(self->target);
                const auto executor = one->outside.get_executor();
                asio::co_spawn(executor, inwards(one), asio::detached);
                asio::co_spawn(executor, outwards(one), asio::detached);
            }
        } catch (const std::system_error&) {
            co_return; // closed
        }
    }
    static asio::awaitable<void> inwards(std::shared_ptr<link> self)
    {
        std::array<std::byte, 65536> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        try {
            for (;;) {
                const std::size_t n = co_await self->outside.async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                self->tls.feed(std::span(block).first(n));
                co_await self->send_wire();
                const std::string text = self->tls.received().substr(self->handed_on);
                self->handed_on += text.size();
                co_await asio::async_write(self->inside, asio::buffer(text), asio::use_awaitable);
            }
        } catch (const std::exception&) {
            self->close();
        }
    }
    static asio::awaitable<void> outwards(std::shared_ptr<link> self)
    {
        std::array<char, 4096> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        try {
            for (;;) {
                const std::size_t n = co_await self->inside.async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                self->tls.send({block.data(), n});
                co_await self->send_wire();
            }
        } catch (const std::exception&) {
            self->close();
        }
    }

    std::shared_ptr<state> state_;
};

rig::rig(wire_kind kind)
    : server_(peer_, [this](const request& one) { return log(one); }),
      client_(std::make_unique<asio::io_context>(1)), work_(client_->get_executor())
{
    const tcp::socket opens_the_reactor(*client_); // has descriptors of its own
    if (kind == wire_kind::https) {
        front_ = std::make_unique<tls_front>(peer_, server_.port());
    }
}

rig::~rig()
{
    destroy_client();
}

reply rig::log(const request& one)
{
    reply made = answer(one);
    if (made.bytes.starts_with("HTTP/1.1 2")) {
        stored_ += one.body;
    }
    return made;
}

sender_builder rig::builder(const char* host) const
{
    using namespace std::chrono_literals;
    sender_builder made(front_ ? "https" : "http", host, front_ ? front_->port() : server_.port());
    made.protocol_version(coquest::protocol_version::v2).auto_flush(false).retry_max_backoff(10ms);
    // a wait that should have ended must show as a hang
    made.request_timeout(600s).connect_timeout(600s).close_timeout(600s).retry_timeout(600s);
    if (front_) {
        made.tls_roots(roots_path());
    }
    return made;
}

sender rig::build(const sender_builder& options)
{
    sender made;
    operation building(*this, [&]() -> asio::awaitable<void> {
        return [](sender& to, sender_builder from) -> asio::awaitable<void> {
            to = co_await from.build();
        }(made, options);
    });
    run_until([&] { return building.done(); });
    EXPECT_TRUE(building.succeeded()) << building.what();
    return made;
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
    } catch (const std::bad_alloc&) { // told to who runs the context, who goes on
        return true;
    }
}

void rig::run_until(const std::function<bool()>& holds)
{
    const auto last = std::chrono::steady_clock::now() + hang;
    while (!holds()) {
        ASSERT_LT(std::chrono::steady_clock::now(), last) << "what was waited for did not happen";
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
    for (auto at = stored_.find(text); at != stored_.npos; at = stored_.find(text, at + 1)) {
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

void add_row(sender& to, std::size_t row, std::size_t padding)
{
    auto open = to.table("t");
    open.column_i64("n", static_cast<std::int64_t>(row));
    if (padding != 0) {
        open.column_str("padding", std::string(padding, 'x'));
    }
    EXPECT_FALSE(open.try_at_now());
}

void add_rows(sender& to, std::size_t first, std::size_t end, std::size_t padding)
{
    for (std::size_t row = first; row < end; ++row) {
        add_row(to, row, padding);
    }
}

void expect_flush(rig& on, sender& s)
{
    const operation flushing(on, [&s] { return s.flush(); });
    on.run_until([&] { return flushing.done(); });
    EXPECT_TRUE(flushing.succeeded()) << flushing.what();
    EXPECT_EQ(s.unsent_rows(), 0U);
}

std::size_t open_descriptors()
{
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

void expect_descriptors(std::size_t before)
{
    const auto last = std::chrono::steady_clock::now() + hang;
    std::size_t now = open_descriptors();
    while (now > before && std::chrono::steady_clock::now() < last) {
        std::this_thread::yield();
        now = open_descriptors();
    }
    EXPECT_LE(now, before) << "descriptors leaked";
}

void at_each_moment(const std::function<bool(const moment&)>& one)
{
    constexpr std::size_t endless = 2000;
    for (const wire_kind kind : {wire_kind::http, wire_kind::https}) {
        for (const bool late : {false, true}) {
            bool reached = true;
            for (std::size_t step = 0; reached && !testing::Test::HasFailure(); ++step) {
                SCOPED_TRACE((kind == wire_kind::https ? "https, step " : "http, step ") +
                             std::to_string(step) + (late ? ", late" : ""));
                const std::size_t before = open_descriptors();
                reached = one({kind, step, late});
                expect_descriptors(before);
                ASSERT_LT(step, endless);
            }
        }
    }
}

bool reaches(rig& on, const operation& what, const moment& when)
{
    std::size_t steps = 0;
    const auto last = std::chrono::steady_clock::now() + hang;
    while (!what.done() && (!what.begun() || steps < when.step)) {
        steps += on.step() && what.begun() ? 1 : 0;
        if (std::chrono::steady_clock::now() > last) {
            ADD_FAILURE() << "the operation hangs";
            return false;
        }
    }
    if (when.late) {
        on.run_peer();
    }
    return !what.done();
}

bool cancelled_at(rig& on, operation& what, const moment& when)
{
    if (when.step != 0 && !reaches(on, what, when)) {
        EXPECT_TRUE(what.succeeded()) << what.what();
        return false;
    }
    what.cancel();
    on.run_until([&] { return what.done(); });
    EXPECT_EQ(what.code(), errc::cancelled) << what.what();
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
