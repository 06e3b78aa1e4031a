// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/tls_source.hpp"

#include "unit/tls/session_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using detail::tls_notice;
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
        tls_diagnosis why;
        auto made = tls_source::create(options_, GetParam().make, why);
        EXPECT_TRUE(made) << why.text;
        return made;
    }

    /// Has another file take the place of the roots', as whoever renews certificates does.
    void replace_roots(const std::string& content)
    {
        const std::string next = file_.path() + ".next";
        std::ofstream(next, std::ios::binary) << content;
        std::filesystem::rename(next, file_.path());
    }

    /// Connects to a server of @p certificate, and says what became of it.
    std::error_code meet(const detail::any_tls_backend& source, const identity& certificate)
    {
        server_behaviour spec;
        spec.certificate = certificate;
        tls_server server(spec);
        tls_diagnosis why;
        tls_pair pair(source.make_session("localhost", why), server, whole);
        const std::error_code failed = pair.handshake();
        notices = pair.client().notices();
        return failed;
    }

    const identity other_ = self_signed(ca_spec("other root"));
    const identity of_root_ = issue(server_spec(), root());
    const identity of_other_ = issue(server_spec(), other_);
    temp_file file_;
    tls_options options_;
    std::vector<tls_notice> notices; // of the last meet()
};
COQUEST_WITH_EACH_BACKEND(tls_source_test);

TEST_P(tls_source_test, a_file_that_changes_is_loaded_with_the_next_connection)
{
    const auto source = make();
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(notices.empty());

    replace_roots(other_.pem());

    EXPECT_EQ(meet(*source, of_root_), tls_failure::unknown_issuer);
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].kind, tls_notice::what::reloaded);
    EXPECT_FALSE(meet(*source, of_other_));
    EXPECT_TRUE(notices.empty());
}

TEST_P(tls_source_test, a_broken_file_keeps_what_there_was)
{
    const auto source = make();
    replace_roots("nothing");

    EXPECT_FALSE(meet(*source, of_root_));
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_EQ(notices[0].kind, tls_notice::what::reload_failed);
    EXPECT_THAT(notices[0].text,
                AllOf(HasSubstr("tls_roots: " + file_.path() + " holds no certificate"),
                      HasSubstr("BEGIN CERTIFICATE")));
    EXPECT_EQ(notices[0].path, file_.path());
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(notices.empty()) << "told twice";

    replace_roots(other_.pem());
    EXPECT_FALSE(meet(*source, of_other_));
    EXPECT_EQ(notices.at(0).kind, tls_notice::what::reloaded);
}

TEST_P(tls_source_test, a_file_that_is_gone_keeps_what_there_was)
{
    const auto source = make();
    std::filesystem::remove(file_.path());

    EXPECT_FALSE(meet(*source, of_root_));

    EXPECT_EQ(notices.at(0).kind, tls_notice::what::reload_failed);
}

TEST_P(tls_source_test, without_tls_reload_files_are_read_once_and_on_demand)
{
    options_.reload = false;
    const auto source = make();
    replace_roots(other_.pem());
    EXPECT_FALSE(meet(*source, of_root_));
    EXPECT_TRUE(notices.empty());
    tls_diagnosis why;

    EXPECT_TRUE(source->reload(why)) << why.text;
    EXPECT_FALSE(meet(*source, of_other_));

    replace_roots("nothing");
    EXPECT_FALSE(source->reload(why));
    EXPECT_EQ(why.kind, tls_failure::bad_roots);
    EXPECT_FALSE(meet(*source, of_other_));
}

TEST_P(tls_source_test, a_client_certificate_is_renewed)
{
    cert_spec mine_says = server_spec();
    mine_says.extended_key_usage = "clientAuth";
    const identity before = issue(mine_says, root());
    const identity after = issue(mine_says, root());
    const temp_file both(before.pem() + before.key_pem());
    options_.client_cert = options_.client_key = both.path();
    const auto source = make();
    server_behaviour spec = good_server();
    spec.client_issuer = root();
    for (const identity& mine : {before, after}) {
        std::ofstream(both.path() + ".next") << mine.pem() + mine.key_pem();
        std::filesystem::rename(both.path() + ".next", both.path());
        tls_server server(spec);
        tls_diagnosis why;
        tls_pair pair(source->make_session("localhost", why), server, whole);
        EXPECT_FALSE(pair.handshake());
        server.feed({});
        EXPECT_EQ(server.client_certificate(), mine.der());
    }
}

TEST_P(tls_source_test, certificates_near_their_end_are_told)
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
    const temp_file mine(leaf.pem() + leaf.key_pem());
    replace_roots(self_signed(gone).pem() + root().pem());
    options_.client_cert = options_.client_key = mine.path();
    const auto source = make();

    EXPECT_FALSE(meet(*source, issue(later, root())));
    const std::vector<tls_notice> ours = notices;
    EXPECT_FALSE(meet(*source, leaf));

    ASSERT_EQ(ours.size(), 2U);
    ASSERT_EQ(notices.size(), 3U);
    for (const tls_notice& one : notices) {
        EXPECT_EQ(one.kind, tls_notice::what::expires);
    }
    EXPECT_THAT(notices[0].text, HasSubstr("the certificate of localhost ends on 20"));
    EXPECT_EQ(notices[0].days_left, 3);
    EXPECT_THAT(ours[0].text, AllOf(HasSubstr("certificate 1 of 2 in " + file_.path()),
                                    HasSubstr("\"old root\", for tls_roots ended on 20")));
    EXPECT_EQ(ours[0].days_left, -2);
    EXPECT_EQ(ours[0].path, file_.path());
    EXPECT_THAT(ours[1].text,
                HasSubstr("the client certificate \"a server\" in " + mine.path() + " ends on 20"));
    EXPECT_EQ(ours[1].days_left, 3);
}

// ---------------------------------------------------------------- one for equal options

int made_by_counter = 0;

std::shared_ptr<const detail::any_tls_backend> counting(const tls_options& options,
                                                        tls_diagnosis& why)
{
    ++made_by_counter;
    return all_backends().front().make(options, why);
}

int made_for(const std::vector<tls_options>& all, detail::tls_factory make = &counting)
{
    const int before = made_by_counter;
    std::vector<std::shared_ptr<tls_source>> kept;
    tls_diagnosis why;
    for (const tls_options& one : all) {
        kept.push_back(tls_source::create(one, make, why));
        EXPECT_TRUE(kept.back()) << why.text;
    }
    return made_by_counter - before;
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

    EXPECT_EQ(made_for({plain, plain, plain}), 1);
    EXPECT_EQ(made_for({plain, strict, memory, plain, strict, memory}), 3);
    EXPECT_EQ(made_for({plain}) + made_for({plain}), 2) << "one outlived its last user";
}

TEST(tls_source, a_changed_file_is_not_shared)
{
    const temp_file file(root().pem());
    const tls_options options = trusting(file);
    tls_diagnosis why;
    const auto first = tls_source::create(options, &counting, why);
    const int before = made_by_counter;

    std::ofstream(file.path(), std::ios::app) << "\n";
    const auto second = tls_source::create(options, &counting, why);

    EXPECT_EQ(made_by_counter - before, 1);
}

} // namespace
} // namespace coquest::test
