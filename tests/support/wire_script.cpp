// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/wire_script.hpp"

#include <limits>
#include <utility>

namespace coquest::test {
namespace {

asio::awaitable<void> serve_well(wire& w)
{
    for (;;) {
        const request received = co_await w.read_request();
        std::string answer = ok().bytes;
        if (received.begins("GET /settings ")) {
            answer = settings(three_versions).bytes;
        } else {
            w.store(received);
        }
        co_await w.send(std::move(answer));
    }
}

asio::awaitable<void> play_all(wire& w, std::vector<wire_script> parts)
{
    for (const wire_script& part : parts) {
        co_await part(w);
    }
}

asio::awaitable<void> read_one(wire& w, bool is_stored)
{
    const request received = co_await w.read_request();
    if (is_stored) {
        w.store(received);
    }
}

asio::awaitable<void> answer_all(wire& w, std::string bytes)
{
    for (;;) {
        co_await w.read_request();
        co_await w.send(bytes);
    }
}

asio::awaitable<void> tamper_with(wire& w, record_proxy proxy)
{
    w.tamper(std::move(proxy));
    co_return;
}

asio::awaitable<void> end_connection(wire& w, void (wire::*close)())
{
    (w.*close)();
    co_return;
}

wire_script ends_connection(void (wire::*close)())
{
    return [close](wire& w) { return end_connection(w, close); };
}

} // namespace

wire_script healthy()
{
    return serve_well;
}

wire_script play(std::vector<wire_script> parts)
{
    return [parts = std::move(parts)](wire& w) { return play_all(w, parts); };
}

wire_script reads()
{
    return [](wire& w) { return read_one(w, false); };
}

wire_script stores()
{
    return [](wire& w) { return read_one(w, true); };
}

wire_script answers(const reply& answer)
{
    return [bytes = answer.bytes](wire& w) { return answer_all(w, bytes); };
}

wire_script shakes_hands()
{
    return [](wire& w) { return w.handshake(); };
}

wire_script discards(std::size_t bytes)
{
    return [bytes](wire& w) { return w.discard(bytes); };
}

wire_script discards_all()
{
    return discards(std::numeric_limits<std::size_t>::max());
}

wire_script takes_lines(std::size_t count)
{
    return [count](wire& w) { return w.take_lines(count); };
}

wire_script takes_all_lines()
{
    return takes_lines(std::numeric_limits<std::size_t>::max());
}

wire_script sends(std::string bytes)
{
    return [bytes = std::move(bytes)](wire& w) { return w.send(bytes); };
}

wire_script sends(const reply& answer)
{
    return sends(answer.bytes);
}

wire_script sends_slowly(std::string bytes, std::chrono::milliseconds pause)
{
    return [bytes = std::move(bytes), pause](wire& w) { return w.send_slowly(bytes, pause); };
}

wire_script sends_in_records(std::string bytes, std::size_t size)
{
    return [bytes = std::move(bytes), size](wire& w) { return w.send_in_records(bytes, size); };
}

wire_script with_tls(std::function<void(tls_server&)> act)
{
    return [act = std::move(act)](wire& w) { return w.with_tls(act); };
}

wire_script tampers(tampering kind, std::size_t record)
{
    return [=](wire& w) { return tamper_with(w, record_proxy(kind, record)); };
}

wire_script sends_many(std::string bytes, std::size_t times)
{
    return [bytes = std::move(bytes), times](wire& w) { return w.send_many(bytes, times); };
}

wire_script waits(std::chrono::milliseconds time)
{
    return [time](wire& w) { return w.wait(time); };
}

wire_script holds()
{
    return [](wire& w) { return w.hold(); };
}

wire_script closes()
{
    return ends_connection(&wire::close);
}

wire_script cuts()
{
    return ends_connection(&wire::cut);
}

wire_script finishes()
{
    return ends_connection(&wire::finish);
}

wire_script resets()
{
    return ends_connection(&wire::reset);
}

wire_script vanishes()
{
    return ends_connection(&wire::vanish);
}

} // namespace coquest::test
