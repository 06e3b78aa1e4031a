// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/toy_tls.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;

TEST(sender_builder, each_setter_sets_its_option)
{
    sender_builder b("https", "h1", 9001);
    b.address("::1", 9002)
        .username("user")
        .password("word")
        .tls_ca("pem_file")
        .tls_roots("roots.pem")
        .tls_client_cert("cert.pem")
        .tls_client_key("key.pem")
        .tls_verify("on")
        .tls_min("1.3")
        .tls_crl("lists.crl")
        .tls_reload(true)
        .tls_pin("sha256/" + std::string(43, 'A'))
        .tls_pin(std::string(43, 'A'))
        .protocol_version(coquest::protocol_version::v1)
        .max_name_len(64)
        .init_buf_size(2048)
        .max_buf_size(4096)
        .auto_flush_rows(7)
        .auto_flush_bytes(1000)
        .auto_flush_interval(50ms)
        .request_timeout(1s)
        .request_min_throughput(2)
        .retry_timeout(3s)
        .retry_max_backoff(40ms)
        .connect_timeout(5s)
        .close_timeout(6s)
        .user_agent("me/1");
    const config& c = b.options();

    EXPECT_EQ(c.transport, protocol::https);
    ASSERT_EQ(c.addresses.size(), 2U);
    EXPECT_EQ(c.addresses[0], (server_address{"h1", 9001}));
    EXPECT_EQ(c.addresses[1], (server_address{"::1", 9002}));
    EXPECT_EQ(c.username, "user");
    EXPECT_EQ(c.password->reveal(), "word");
    EXPECT_EQ(c.tls.ca, tls_ca::pem_file);
    EXPECT_EQ(c.tls.roots, "roots.pem");
    EXPECT_EQ(c.tls.client_cert, "cert.pem");
    EXPECT_EQ(c.tls.client_key, "key.pem");
    EXPECT_EQ(c.tls.verify, tls_verify::on);
    EXPECT_EQ(c.tls.min, tls_min::v1_3);
    EXPECT_EQ(c.tls.crl, "lists.crl");
    EXPECT_TRUE(c.tls.reload);
    EXPECT_EQ(c.tls.pins.size(), 2U);
    EXPECT_EQ(c.version, coquest::protocol_version::v1);
    EXPECT_EQ(c.max_name_len, 64U);
    EXPECT_EQ(c.init_buf_size, 2048U);
    EXPECT_EQ(c.max_buf_size, 4096U);
    EXPECT_EQ(c.rows_per_batch(), 7U);
    EXPECT_EQ(c.auto_flush_bytes, 1000U);
    EXPECT_EQ(c.auto_flush_interval, 50ms);
    EXPECT_EQ(c.request_timeout, 1s);
    EXPECT_EQ(c.request_min_throughput, 2U);
    EXPECT_EQ(c.retry_timeout, 3s);
    EXPECT_EQ(c.retry_max_backoff, 40ms);
    EXPECT_EQ(c.connect_timeout, 5s);
    EXPECT_EQ(c.close_timeout, 6s);
    EXPECT_EQ(c.user_agent, "me/1");
    EXPECT_TRUE(c.auto_flush);
    EXPECT_FALSE(b.auto_flush(false).options().auto_flush);

    sender_builder tcp(protocol::tcp, "h", 9009);
    tcp.token("d").token_x("x").token_y("y").auth_timeout(9s).bind_interface("127.0.0.1");
    EXPECT_EQ(tcp.options().token->reveal(), "d");
    EXPECT_EQ(tcp.options().token_x, "x");
    EXPECT_EQ(tcp.options().token_y, "y");
    EXPECT_EQ(tcp.options().auth_timeout, 9s);
    EXPECT_EQ(tcp.options().bind_interface, "127.0.0.1");
}

TEST(sender_builder, enumerators_and_texts_mean_the_same)
{
    for (const auto ca :
         {tls_ca::webpki_roots, tls_ca::os_roots, tls_ca::webpki_and_os_roots, tls_ca::pem_file}) {
        EXPECT_EQ(sender_builder("https", "h", 1).tls_ca(ca).options().tls.ca, ca);
    }
    EXPECT_EQ(sender_builder("HTTPS", "h", 1).options().transport, protocol::https);
    EXPECT_EQ(sender_builder("https", "h", 1).tls_verify(tls_verify::on).options().tls.verify,
              tls_verify::on);
}

TEST(sender_builder, tls_roots_imply_pem_file)
{
    EXPECT_EQ(sender_builder("https", "h", 1).tls_roots("f").options().tls.ca, tls_ca::pem_file);
}

std::string message_of(const sender_builder& builder)
{
    asio::io_context io(1);
    std::string message = "no failure";
    asio::co_spawn(io, builder.build(), [&](std::exception_ptr thrown, const sender&) {
        try {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        } catch (const error& e) {
            message = e.what();
        }
    });
    io.run();
    return message;
}

TEST(sender_builder, roots_that_another_choice_would_ignore_are_refused)
{
    sender_builder first("https", "h", 1);
    first.tls_ca("webpki_and_os_roots").tls_roots("f");
    sender_builder last("https", "h", 1);
    last.tls_roots("f").tls_ca("os_roots");

    EXPECT_NE(message_of(first).find("\"tls_roots\" and \"tls_ca\" disagree"), std::string::npos)
        << message_of(first);
    EXPECT_NE(message_of(last).find("\"tls_roots\" and \"tls_ca\" disagree"), std::string::npos);
}

TEST(sender_builder, pem_in_memory_takes_the_place_of_files)
{
    sender_builder b("tcps", "h", 1);
    b.tls_roots_pem("roots").tls_client_cert_pem("chain").tls_client_key_pem("key");
    sender_builder plain("http", "h", 1);

    EXPECT_EQ(b.options().tls.roots_pem, "roots");
    EXPECT_EQ(b.options().tls.ca, tls_ca::pem_file);
    EXPECT_EQ(b.options().tls.client_cert_pem, "chain");
    EXPECT_EQ(b.options().tls.client_key_pem.reveal(), "key");
    EXPECT_EQ(message_of(b.tls_roots("f")),
              "\"tls_roots\" and \"tls_roots_pem\" exclude each other: give one");
    EXPECT_EQ(b.tls_min(tls_min::v1_3).tls_min(tls_min::v1_2).options().tls.min, tls_min::v1_2);
    EXPECT_THROW(plain.tls_roots_pem("roots"), error);
    EXPECT_THROW(plain.tls_client_cert_pem("chain"), error);
    EXPECT_THROW(plain.tls_client_key_pem("key"), error);
}

TEST(sender_builder, tls_keys_on_a_plain_protocol_are_refused)
{
    sender_builder plain("http", "h", 1);
    try {
        plain.tls_roots("f");
        FAIL() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::config_error);
        EXPECT_NE(std::string(e.what()).find("https"), std::string::npos) << e.what();
    }
}

TEST(sender_builder, a_wrong_value_names_its_key_and_never_a_secret)
{
    try {
        sender_builder("http", "h", 1).password("se\ncret");
        FAIL() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::config_error);
        EXPECT_NE(std::string(e.what()).find("password"), std::string::npos) << e.what();
        EXPECT_EQ(std::string(e.what()).find("cret"), std::string::npos) << e.what();
    }
    EXPECT_THROW(sender_builder("http", "h", 0), error);
    EXPECT_THROW(sender_builder("ftp", "h", 1), error);
}

template <class Call>
std::string refusal(Call call)
{
    try {
        call();
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::config_error);
        return e.what();
    }
    return "nothing was thrown";
}

TEST(sender_builder, a_user_agent_cannot_inject_a_header)
{
    const std::string agent = "x\r\nAuthorization: Basic x";
    sender_builder b("http", "127.0.0.1", 1);
    config options = b.options();
    options.user_agent = agent;

    EXPECT_EQ(refusal([&] { b.user_agent(agent); }),
              "\"user_agent\" holds a control character or invalid UTF-8 at byte 1 of its value");
    EXPECT_NE(message_of(sender_builder(options)).find("user_agent"), std::string::npos);
    EXPECT_EQ(b.user_agent("me").user_agent("").options().user_agent, "");
}

TEST(sender_builder, a_value_out_of_range_is_refused_as_in_a_string_and_changes_nothing)
{
    sender_builder http("http", "h", 1);
    sender_builder tcp("tcp", "h", 1);

    EXPECT_EQ(refusal([&] { http.max_name_len(15); }),
              "\"max_name_len\" takes a whole number from 16 to 1099511627776");
    EXPECT_EQ(refusal([&] { http.request_timeout(0ms); }),
              "\"request_timeout\" takes whole milliseconds from 1 to 31536000000");
    EXPECT_EQ(refusal([&] { http.close_timeout(-1ms); }),
              "\"close_timeout\" takes whole milliseconds from 0 to 31536000000");
    EXPECT_EQ(refusal([&] { http.protocol_version(static_cast<protocol_version>(4)); }),
              "\"protocol_version\" takes auto, 1, 2 or 3");
    EXPECT_EQ(refusal([&] { http.tcp_resend(false); }),
              "\"tcp_resend\" applies to tcp and tcps only");
    EXPECT_EQ(refusal([&] { http.address("a,b", 1); }),
              "\"addr\" names an invalid host: write host, host:port or [ipv6]:port, without "
              "http:// and path");
    EXPECT_EQ(refusal([&] { http.address("i", 0); }),
              "\"addr\" has a port that is not a number from 1 to 65535");
    EXPECT_EQ(refusal([&] { http.address("H", 1); }), "\"addr\" names H:1 twice");
    EXPECT_EQ(refusal([&] { tcp.password("p"); }),
              "\"password\" applies to http and https only: tcp authenticates by username (key "
              "id) and token (private key)");
    EXPECT_EQ(refusal([&] { tcp.user_agent("me"); }),
              "\"user_agent\" applies to http and https only");

    EXPECT_EQ(http.options().max_name_len, config().max_name_len);
    EXPECT_EQ(http.options().request_timeout, config().request_timeout);
    EXPECT_EQ(http.options().addresses.size(), 1U);
    EXPECT_FALSE(http.options().version);
    EXPECT_FALSE(tcp.options().password);
    EXPECT_EQ(http.max_buf_size(2048).options().init_buf_size, 2048U); // as in a string
}

TEST(sender_builder, options_come_from_the_environment)
{
    ::setenv("QDB_CLIENT_CONF", "https::addr=there:99;token=t;", 1);
    const sender_builder b = sender_builder::from_env();
    ::unsetenv("QDB_CLIENT_CONF");

    EXPECT_EQ(b.options().addresses[0], (server_address{"there", 99}));
    EXPECT_EQ(b.options().token->reveal(), "t");
    EXPECT_THROW((void)sender_builder::from_env(), error);
}

// A backend of the user that does not support an option.
struct refusing_backend {
    using session = test::toy_backend::session;
    static std::shared_ptr<const refusing_backend> create(const tls_options&,
                                                          tls_diagnosis& diagnosis)
    {
        diagnosis.kind = tls_failure::unsupported;
        diagnosis.text = "this backend takes no roots";
        return nullptr;
    }
    std::unique_ptr<session> make_session(std::string_view, tls_diagnosis&) const
    {
        return nullptr;
    }
    static std::string_view name() { return "refusing"; }
};

TEST(sender_builder, an_option_that_the_backend_cannot_honour_fails_the_build)
{
    sender_builder b("https", "127.0.0.1", 1);
    b.tls<refusing_backend>().protocol_version(coquest::protocol_version::v2);

    EXPECT_EQ(message_of(b).find("this backend takes no roots"), 0U) << message_of(b);
}

TEST(sender_builder, skipping_verification_must_be_compiled_in)
{
    sender_builder b("https", "127.0.0.1", 1);
#if defined(COQUEST_INSECURE_SKIP_VERIFY)
    EXPECT_EQ(b.tls_verify("unsafe_off").options().tls.verify, tls_verify::unsafe_off);
#else
    try {
        b.tls_verify("unsafe_off");
        FAIL() << "nothing was thrown";
    } catch (const error& e) {
        const std::string message = e.what();
        EXPECT_EQ(e.code(), errc::config_error);
        EXPECT_NE(message.find("feature `insecure-skip-verify` is required"), std::string::npos);
        EXPECT_NE(message.find("COQUEST_INSECURE_SKIP_VERIFY=ON"), std::string::npos);
    }
#endif
}

} // namespace
