// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/tls_source.hpp"

#include "unit/tls/session/session_fixture.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using detail::tls_event;
using detail::tls_event_kind;
using detail::tls_source;
using ::testing::AllOf;
using ::testing::HasSubstr;

class tls_source_test : public session_test {
protected:
    tls_source_test() : file_(root().pem())
    {
        options_ = trusting(file_);
        options_.reload = true;
    }

    std::shared_ptr<tls_source> make()
    {
        tls_diagnosis diagnosis;
        auto source = tls_source::create(options_, GetParam().make, diagnosis);
        EXPECT_TRUE(source) << diagnosis.text;
        return source;
    }

    /// Replaces the roots file by a rename, as tools that renew certificates do.
    void replace_roots(const std::string& content)
    {
        const std::string next = file_.path() + ".next";
        std::ofstream(next, std::ios::binary) << content;
        std::filesystem::rename(next, file_.path());
    }

    /// Connects to a server with @p certificate, and returns its failure or nothing.
    std::optional<tls_failure> meet(const detail::any_tls_backend& source,
                                    const identity& certificate)
    {
        server_behaviour spec;
        spec.certificate = certificate;
        tls_server server(spec);
        tls_diagnosis diagnosis;
        tls_pair pair(source.make_session("localhost", diagnosis), server, whole);
        const auto failed = pair.handshake();
        events = pair.client().events();
        return failed;
    }

    const identity other_ = self_signed(ca_spec("other root"));
    const identity of_root_ = issue(server_spec(), root());
    const identity of_other_ = issue(server_spec(), other_);
    temp_file file_;
    tls_options options_;
    std::vector<tls_event> events; // the events of the last meet()
};
COQUEST_WITH_EACH_BACKEND(tls_source_test);

TEST_P(tls_source_test, changed_file_is_loaded_for_the_next_connection)
{
    const auto source = make();
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(events.empty());

    replace_roots(other_.pem());

    EXPECT_EQ(meet(*source, of_root_), tls_failure::unknown_issuer);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, tls_event_kind::reloaded);
    EXPECT_FALSE(meet(*source, of_other_));
    EXPECT_TRUE(events.empty());
}

TEST_P(tls_source_test, broken_file_keeps_the_previous_roots)
{
    const auto source = make();
    replace_roots("nothing");

    EXPECT_FALSE(meet(*source, of_root_));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, tls_event_kind::reload_failed);
    EXPECT_THAT(events[0].text,
                AllOf(HasSubstr("tls_roots: " + file_.path() + " holds no certificate"),
                      HasSubstr("BEGIN CERTIFICATE")));
    EXPECT_EQ(events[0].path, file_.path());
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(events.empty()) << "reported twice";

    replace_roots(other_.pem());
    EXPECT_FALSE(meet(*source, of_other_));
    EXPECT_EQ(events.at(0).kind, tls_event_kind::reloaded);
}

TEST_P(tls_source_test, missing_file_keeps_the_previous_roots)
{
    const auto source = make();
    std::filesystem::remove(file_.path());

    EXPECT_FALSE(meet(*source, of_root_));

    EXPECT_EQ(events.at(0).kind, tls_event_kind::reload_failed);
}

TEST_P(tls_source_test, without_tls_reload_files_are_read_once_and_on_demand)
{
    options_.reload = false;
    const auto source = make();
    replace_roots(other_.pem());
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(events.empty());
    tls_diagnosis diagnosis;

    EXPECT_TRUE(source->reload(diagnosis)) << diagnosis.text;
    EXPECT_FALSE(meet(*source, of_other_));

    replace_roots("nothing");
    EXPECT_FALSE(source->reload(diagnosis));
    EXPECT_EQ(diagnosis.kind, tls_failure::bad_roots);
    EXPECT_FALSE(meet(*source, of_other_));
}

TEST_P(tls_source_test, a_file_in_the_systems_directory_that_is_rewritten_in_place_is_loaded)
{
    const std::filesystem::path directory = file_.path() + ".d";
    std::filesystem::create_directory(directory);
    const auto write = [&](const std::string& content) {
        std::ofstream(directory / "ca.pem", std::ios::binary) << content;
    };
    write(root().pem());
    ::setenv("SSL_CERT_DIR", directory.c_str(), 1);
    options_ = {};
    options_.ca = tls_ca::os_roots;
    options_.reload = true;
    const auto source = make();
    EXPECT_FALSE(meet(*source, of_root_));

    write("# the other\n" + other_.pem());
    EXPECT_FALSE(meet(*source, of_other_));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, tls_event_kind::reloaded);
    EXPECT_FALSE(meet(*source, of_other_));
    EXPECT_TRUE(events.empty());
    ::unsetenv("SSL_CERT_DIR");
    std::filesystem::remove_all(directory);
}

TEST_P(tls_source_test, a_client_certificate_is_renewed)
{
    cert_spec client_spec = server_spec();
    client_spec.extended_key_usage = "clientAuth";
    const identity before = issue(client_spec, root());
    const identity after = issue(client_spec, root());
    const temp_file credentials(before.pem() + before.key_pem());
    options_.client_cert = options_.client_key = credentials.path();
    const auto source = make();
    server_behaviour spec = good_server();
    spec.client_issuer = root();
    for (const identity& client : {before, after}) {
        std::ofstream(credentials.path() + ".next") << client.pem() + client.key_pem();
        std::filesystem::rename(credentials.path() + ".next", credentials.path());
        tls_server server(spec);
        tls_diagnosis diagnosis;
        tls_pair pair(source->make_session("localhost", diagnosis), server, whole);
        EXPECT_FALSE(pair.handshake());
        server.feed({});
        EXPECT_EQ(server.client_certificate(), client.der());
    }
}

TEST_P(tls_source_test, certificates_that_expire_soon_are_reported)
{
    using std::chrono::hours;
    cert_spec soon = server_spec();
    soon.until = hours(24 * 3 + 1);
    const identity leaf = issue(soon, root());
    cert_spec later = server_spec();
    later.until = hours(24 * 15);
    cert_spec gone = ca_spec("old root");
    gone.from = hours(-48);
    gone.until = hours(-25);
    const temp_file client_file(leaf.pem() + leaf.key_pem());
    replace_roots(self_signed(gone).pem() + root().pem());
    options_.client_cert = options_.client_key = client_file.path();
    const auto source = make();

    EXPECT_FALSE(meet(*source, issue(later, root())));
    const std::vector<tls_event> first_events = events;
    EXPECT_FALSE(meet(*source, leaf));

    ASSERT_EQ(first_events.size(), 2U);
    ASSERT_EQ(events.size(), 3U);
    for (const tls_event& event : events) {
        EXPECT_EQ(event.kind, tls_event_kind::expires);
    }
    EXPECT_THAT(events[0].text, HasSubstr("the certificate of localhost ends on 20"));
    EXPECT_EQ(events[0].days_left, 3);
    EXPECT_THAT(first_events[0].text, AllOf(HasSubstr("certificate 1 of 2 in " + file_.path()),
                                            HasSubstr("\"old root\", for tls_roots ended on 20")));
    EXPECT_EQ(first_events[0].days_left, -2);
    EXPECT_EQ(first_events[0].path, file_.path());
    EXPECT_THAT(first_events[1].text, HasSubstr("the client certificate \"a server\" in " +
                                                client_file.path() + " ends on 20"));
    EXPECT_EQ(first_events[1].days_left, 3);
}

// ---------------------------------------------------------------- shared backends

int backends_made = 0;

std::shared_ptr<const detail::any_tls_backend> counting(const tls_options& options,
                                                        tls_diagnosis& diagnosis)
{
    ++backends_made;
    return all_backends().front().make(options, diagnosis);
}

int backends_made_for(const std::vector<tls_options>& options_list,
                      detail::tls_factory make = &counting)
{
    const int before = backends_made;
    std::vector<std::shared_ptr<tls_source>> kept;
    tls_diagnosis diagnosis;
    for (const tls_options& options : options_list) {
        kept.push_back(tls_source::create(options, make, diagnosis));
        EXPECT_TRUE(kept.back()) << diagnosis.text;
    }
    return backends_made - before;
}

TEST(tls_source, equal_options_share_a_backend)
{
    const temp_file file(root().pem());
    const tls_options plain = trusting(file);
    tls_options strict = plain;
    strict.min = tls_min::v1_3;
    tls_options memory;
    memory.ca = tls_ca::pem_file;
    memory.roots_pem = root().pem();

    EXPECT_EQ(backends_made_for({plain, plain, plain}), 1);
    EXPECT_EQ(backends_made_for({plain, strict, memory, plain, strict, memory}), 3);
    EXPECT_EQ(backends_made_for({plain}) + backends_made_for({plain}), 2)
        << "a backend outlived its last user";
}

TEST(tls_source, a_changed_file_is_not_shared)
{
    const temp_file file(root().pem());
    const tls_options options = trusting(file);
    tls_diagnosis diagnosis;
    const auto first = tls_source::create(options, &counting, diagnosis);
    const int before = backends_made;

    std::ofstream(file.path(), std::ios::app) << "\n";
    const auto second = tls_source::create(options, &counting, diagnosis);

    EXPECT_EQ(backends_made - before, 1);
}

} // namespace
} // namespace coquest::test
