// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/event.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace coquest::inline v0 {
namespace {

using namespace std::chrono_literals;

TEST(event, events_are_described_in_a_line)
{
    diagnostics failure;
    failure.message = "connection refused";
    event what;
    what.host = "localhost:9000";
    what.rows = 1;
    what.bytes = 20;
    what.time = 1'234'567ns;
    const auto text = [&what](event_kind kind, const diagnostics* cause = nullptr) {
        what.kind = kind;
        what.failure = cause;
        return describe(what);
    };
    EXPECT_EQ(text(event_kind::connected), "connected to localhost:9000");
    EXPECT_EQ(text(event_kind::connection_lost, &failure),
              "lost the connection to localhost:9000: connection refused");
    EXPECT_EQ(text(event_kind::batch_acknowledged),
              "a batch (1 row, 20 bytes) was acknowledged after 1.234 ms");
    EXPECT_EQ(text(event_kind::batch_rejected, &failure),
              "the server rejected a batch (1 row, 20 bytes): connection refused");
    EXPECT_EQ(text(event_kind::dropped_unacknowledged),
              "destroyed with 1 unacknowledged row (20 bytes)");
    EXPECT_EQ(text(event_kind::closed), "closed with 1 unacknowledged row");
    what.rows = 0;
    what.bytes = 1;
    what.time = 40ms;
    what.reconnect = true;
    EXPECT_EQ(text(event_kind::connected), "reconnected to localhost:9000");
    EXPECT_EQ(text(event_kind::batch_retry, &failure),
              "retrying a batch (0 rows, 1 byte) in 40.000 ms: connection refused");
    EXPECT_EQ(text(event_kind::stopped, &failure),
              "stopped with 0 unacknowledged rows (1 byte): connection refused");
    EXPECT_EQ(text(event_kind::resumed), "resumed with 0 unacknowledged rows (1 byte)");
    EXPECT_EQ(text(event_kind::closed), "closed");
    what.certificate = "the certificate of localhost ends on Sunday";
    what.days_left = 3;
    EXPECT_EQ(text(event_kind::certificate_expires),
              "the certificate of localhost ends on Sunday, 3 days from now");
    EXPECT_EQ(text(event_kind::tls_reloaded), "reloaded the files of the TLS options");
    EXPECT_EQ(text(event_kind::tls_reload_failed, &failure),
              "could not reload the files of the TLS options; the earlier ones stay in use: "
              "connection refused");
}

TEST(event, a_description_is_short_and_printable)
{
    diagnostics failure;
    failure.message = "bad\r\n\x1b[31m\xff" + std::string(5000, 'x');
    event what;
    what.kind = event_kind::stopped;
    what.failure = &failure;

    const std::string line = describe(what);

    EXPECT_EQ(line.size(), 512U);
    EXPECT_TRUE(line.ends_with("xxx...")) << line;
    EXPECT_EQ(line.find("stopped with 0 unacknowledged rows (0 bytes): bad [31m\xef\xbf\xbdxxx"),
              0U);
}

TEST(event, kinds_of_events_have_names)
{
    EXPECT_EQ(to_string(event_kind::connected), "connected");
    EXPECT_EQ(to_string(event_kind::connection_lost), "connection_lost");
    EXPECT_EQ(to_string(event_kind::batch_acknowledged), "batch_acknowledged");
    EXPECT_EQ(to_string(event_kind::batch_retry), "batch_retry");
    EXPECT_EQ(to_string(event_kind::batch_rejected), "batch_rejected");
    EXPECT_EQ(to_string(event_kind::stopped), "stopped");
    EXPECT_EQ(to_string(event_kind::resumed), "resumed");
    EXPECT_EQ(to_string(event_kind::dropped_unacknowledged), "dropped_unacknowledged");
    EXPECT_EQ(to_string(event_kind::closed), "closed");
    EXPECT_EQ(to_string(event_kind::certificate_expires), "certificate_expires");
    EXPECT_EQ(to_string(event_kind::tls_reloaded), "tls_reloaded");
    EXPECT_EQ(to_string(event_kind::tls_reload_failed), "tls_reload_failed");
    EXPECT_EQ(to_string(static_cast<event_kind>(99)), "unknown");
}

TEST(event, what_a_hook_throws_is_ignored)
{
    int calls = 0;
    const event_hook hook = [&calls](const event& what) {
        ++calls;
        EXPECT_EQ(what.kind, event_kind::closed);
        throw std::runtime_error("not the sender's business");
    };
    event what;
    what.kind = event_kind::closed;

    detail::notify(hook, what);
    detail::notify(event_hook(), what);

    EXPECT_EQ(calls, 1);
}

} // namespace
} // namespace coquest::inline v0
