// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/roots.hpp"
#include "tls/trust/clock.hpp"

#include "support/setuid_copy.hpp"
#include "tls/trust/webpki.hpp"
#include "unit/tls/backends.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace coquest::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct loaded {
    bool good = false;
    detail::trust trust;
    tls_diagnosis diagnosis;
};

loaded load(const tls_options& options, const detail::os_store& os = {},
            std::chrono::hours later = {})
{
    loaded result;
    result.good = detail::load_trust(options, os, detail::current_time() + later, result.trust,
                                     result.diagnosis);
    EXPECT_TRUE(result.good || result.diagnosis.kind == tls_failure::bad_roots);
    return result;
}

tls_options options_with(tls_ca ca)
{
    tls_options options;
    options.ca = ca;
    return options;
}

cert_spec old_ca(const char* name)
{
    cert_spec spec = ca_spec(name);
    spec.from = std::chrono::hours(-48);
    spec.until = std::chrono::hours(-24);
    return spec;
}

class temp_directory {
public:
    temp_directory() { std::filesystem::create_directory(path_); }
    temp_directory(const temp_directory&) = delete;
    temp_directory& operator=(const temp_directory&) = delete;
    ~temp_directory() { std::filesystem::remove_all(path_); }
    void add(const char* name, const std::string& content) const
    {
        std::ofstream(path_ + "/" + name, std::ios::binary) << content;
    }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    temp_file unique_{""};
    std::string path_ = unique_.path() + ".d";
};

const identity& root()
{
    static const identity certificate = self_signed(ca_spec("lab root"));
    return certificate;
}

// ---------------------------------------------------------------- the user's file

TEST(roots, file_provides_cas_and_trusted_leaves)
{
    const identity server = self_signed(server_spec());
    const temp_file file(root().pem() + server.pem());

    const loaded result = load(trusting(file));

    ASSERT_TRUE(result.good) << result.diagnosis.text;
    ASSERT_EQ(result.trust.issuers.size(), 1U);
    EXPECT_EQ(result.trust.issuers[0].der, root().der());
    EXPECT_EQ(result.trust.issuers[0].label, "certificate 1 of 2 in " + file.path());
    EXPECT_EQ(result.trust.count, 2U);
    EXPECT_EQ(result.trust.source, file.path());
    EXPECT_TRUE(result.trust.is_trusted_leaf(root().der()));
    EXPECT_TRUE(result.trust.is_trusted_leaf(server.der()));
    EXPECT_FALSE(result.trust.is_trusted_leaf(self_signed(server_spec()).der()));
}

TEST(roots, missing_file_name_is_reported)
{
    const loaded result = load(options_with(tls_ca::pem_file));

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.diagnosis.text, "tls_roots: no file is named");
}

TEST(roots, file_with_only_an_expired_root_is_refused)
{
    const temp_file file(self_signed(old_ca("old root")).pem());

    const loaded result = load(trusting(file));

    EXPECT_FALSE(result.good);
    EXPECT_EQ(result.diagnosis.path, file.path());
    EXPECT_THAT(result.diagnosis.text,
                AllOf(HasSubstr("tls_roots: certificate 1 of 1 in " + file.path()),
                      HasSubstr("\"old root\", has expired on 20"), HasSubstr("clock says 20")));
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("renew"));
}

TEST(roots, file_with_only_a_root_that_is_not_yet_valid_is_refused)
{
    const temp_file file(root().pem());

    const loaded result = load(trusting(file), {}, std::chrono::hours(-24 * 365));

    EXPECT_THAT(result.diagnosis.text, HasSubstr("is not valid before 20"));
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("check the clock"));
}

TEST(roots, file_with_only_a_weak_root_is_refused)
{
    const temp_file file(self_signed(ca_spec("weak root"), rsa_key(1024)).pem());

    EXPECT_THAT(load(trusting(file)).diagnosis.text, HasSubstr("has a key of only 1024 bits"));
}

TEST(roots, expired_roots_among_good_ones_are_skipped)
{
    const temp_file file(self_signed(old_ca("old root")).pem() + root().pem());

    const loaded result = load(trusting(file));

    ASSERT_TRUE(result.good);
    ASSERT_EQ(result.trust.issuers.size(), 1U);
    EXPECT_EQ(result.trust.issuers[0].label, "certificate 2 of 2 in " + file.path());
    EXPECT_EQ(result.trust.count, 1U);
}

// ---------------------------------------------------------------- bundles

TEST(roots, compiled_in_bundle_is_loaded)
{
    ASSERT_GT(detail::webpki_count, 100U);

    const loaded result = load(options_with(tls_ca::webpki_roots));

    ASSERT_TRUE(result.good) << result.diagnosis.text;
    EXPECT_GT(result.trust.issuers.size(), detail::webpki_count * 9 / 10);
    EXPECT_EQ(result.trust.source, "Mozilla's bundle");
    EXPECT_TRUE(result.trust.trusted_leaves.empty());
}

TEST(roots, compiled_in_bundle_equals_the_bundle_of_the_system)
{
    const detail::os_store system{"", "", detail::os_store::from_environment().usual_files};
    const loaded os = load(options_with(tls_ca::os_roots), system);
    if (!os.good) {
        GTEST_SKIP() << "no ca-certificates here";
    }

    EXPECT_EQ(load(options_with(tls_ca::webpki_roots)).trust.issuers.size(),
              os.trust.issuers.size());
    EXPECT_EQ(load(options_with(tls_ca::webpki_and_os_roots), system).trust.count, os.trust.count);
}

TEST(roots, expired_compiled_in_bundle_is_refused)
{
    const loaded result =
        load(options_with(tls_ca::webpki_roots), {}, std::chrono::hours(24 * 366 * 60));

    EXPECT_FALSE(result.good);
    EXPECT_THAT(result.diagnosis.text, AllOf(HasSubstr("no trusted roots at 20"),
                                             HasSubstr("tried webpki_roots (expired)")));
    EXPECT_THAT(result.diagnosis.hint, HasSubstr("check the clock"));
}

TEST(roots, first_usual_file_with_roots_is_used)
{
    const temp_file empty("");
    const temp_file good(root().pem() + root().pem() + self_signed(old_ca("old")).pem() +
                         self_signed(server_spec()).pem());
    const temp_file unused(self_signed(ca_spec("unused")).pem());

    const loaded result = load(options_with(tls_ca::os_roots),
                               {"", "", {"/nowhere", empty.path(), good.path(), unused.path()}});

    ASSERT_TRUE(result.good) << result.diagnosis.text;
    ASSERT_EQ(result.trust.issuers.size(),
              1U); // no duplicate, no server certificate, no expired root
    EXPECT_EQ(result.trust.issuers[0].der, root().der());
    EXPECT_EQ(result.trust.issuers[0].label, "");
    EXPECT_EQ(result.trust.source, good.path());
    EXPECT_TRUE(result.trust.trusted_leaves.empty());
}

TEST(roots, environment_replaces_the_usual_files)
{
    const temp_file usual(self_signed(ca_spec("usual")).pem());
    const temp_file named(root().pem());
    const temp_directory directory;
    directory.add("a.pem", self_signed(ca_spec("a")).pem());
    directory.add("b.pem", self_signed(ca_spec("b")).pem() + root().pem());
    directory.add("README", "no certificate");

    const loaded file = load(options_with(tls_ca::os_roots), {named.path(), "", {usual.path()}});
    const loaded file_and_directory =
        load(options_with(tls_ca::os_roots),
             {named.path(), "/nowhere:" + directory.path(), {usual.path()}});

    EXPECT_EQ(file.trust.count, 1U);
    EXPECT_EQ(file.trust.source, named.path());
    EXPECT_EQ(file_and_directory.trust.count, 3U);
    EXPECT_EQ(file_and_directory.trust.source, named.path() + " and " + directory.path());
}

TEST(roots, missing_roots_are_reported_with_what_was_tried)
{
    const temp_file empty("");
    const loaded usual =
        load(options_with(tls_ca::os_roots), {"", "", {"/nowhere/a.crt", empty.path()}});
    const loaded named = load(options_with(tls_ca::os_roots), {"/nowhere/b.crt", "/nowhere/c", {}});

    EXPECT_FALSE(usual.good);
    EXPECT_THAT(usual.diagnosis.text, AllOf(HasSubstr("/nowhere/a.crt (cannot be read)"),
                                            HasSubstr(empty.path() + " (holds no new root)")));
    EXPECT_THAT(named.diagnosis.text, AllOf(HasSubstr("/nowhere/b.crt (cannot be read)"),
                                            HasSubstr("/nowhere/c (cannot be read)")));
    EXPECT_THAT(named.diagnosis.hint, AllOf(HasSubstr("SSL_CERT_FILE"), HasSubstr("tls_roots")));
}

// ---------------------------------------------------------------- with each backend

class roots_test : public with_backend {};
COQUEST_WITH_EACH_BACKEND(roots_test);

TEST_P(roots_test, backend_loads_the_compiled_in_bundle)
{
    tls_diagnosis diagnosis;

    EXPECT_TRUE(GetParam().make(options_with(tls_ca::webpki_roots), diagnosis)) << diagnosis.text;
}

TEST_P(roots_test, public_roots_do_not_trust_a_private_ca)
{
    server_behaviour spec;
    spec.certificate = issue(server_spec(), root());
    tls_server server(spec);
    tls_pair pair(connect(options_with(tls_ca::webpki_roots)), server, 16384);

    const auto failed = pair.handshake();

    const tls_diagnosis diagnosis = pair.diagnosis();
    EXPECT_EQ(failed, tls_failure::unknown_issuer);
    EXPECT_THAT(diagnosis.text, AllOf(HasSubstr("certificate verify failed (certificate unknown)"),
                                      HasSubstr("signed by \"lab root\""),
                                      HasSubstr("trusted roots of Mozilla's bundle")));
    EXPECT_THAT(diagnosis.hint, HasSubstr("set tls_roots to the PEM file of that CA"));
}

TEST_P(roots_test, chains_end_in_the_roots_of_the_system)
{
    const identity used = root();
    const identity namesake = self_signed(ca_spec("lab root"));
    const identity between = issue(ca_spec("between"), used);
    cert_spec own = ca_spec("localhost");
    own.san = {"DNS:localhost"};
    own.key_usage = "digitalSignature,keyCertSign";
    const identity itself = issue(own, self_signed(ca_spec("an absent CA")));
    const temp_file bundle(self_signed(ca_spec("a CA")).pem() + namesake.pem() + used.pem() +
                           itself.pem());
    ::setenv("SSL_CERT_FILE", bundle.path().c_str(), 1);
    tls_diagnosis diagnosis;
    const auto backend = GetParam().make(options_with(tls_ca::os_roots), diagnosis);
    ::unsetenv("SSL_CERT_FILE");
    ASSERT_TRUE(backend) << diagnosis.text;
    const auto connects = [&](identity leaf, std::vector<identity> chain) {
        server_behaviour spec;
        spec.certificate = std::move(leaf);
        spec.chain = std::move(chain);
        tls_server server(spec);
        tls_pair pair(backend->make_session("localhost", diagnosis), server, 16384);
        return !pair.handshake();
    };

    EXPECT_FALSE(connects(issue(server_spec(), self_signed(ca_spec("another CA"))), {}));
    EXPECT_FALSE(connects(issue(server_spec(), between), {}));
    EXPECT_TRUE(connects(issue(server_spec(), between), {between}));
    EXPECT_TRUE(connects(issue(server_spec(), used), {}));
    EXPECT_TRUE(connects(issue(server_spec(), used), {used}));
    EXPECT_TRUE(connects(issue(server_spec(), namesake), {}));
    EXPECT_FALSE(connects(itself, {})) << "only tls_roots trusts a server's own certificate";
    EXPECT_FALSE(connects(issue(server_spec(), self_signed(ca_spec("lab root"))), {}));
}

TEST_P(roots_test, bad_files_fail_early)
{
    const temp_file empty("");

    const tls_diagnosis diagnosis = refusal(trusting(empty));

    EXPECT_EQ(diagnosis.kind, tls_failure::bad_roots);
    EXPECT_EQ(diagnosis.text, "tls_roots: " + empty.path() + " is empty");
    EXPECT_EQ(diagnosis.path, empty.path());
}

#ifdef COQUEST_INSECURE_SKIP_VERIFY
TEST_P(roots_test, unsafe_off_accepts_any_certificate)
{
    tls_options options;
    options.verify = tls_verify::unsafe_off;
    server_behaviour spec;
    spec.certificate = self_signed(server_spec({"DNS:other.example"}));
    for (const tls_version version : {tls_version::tls1_2, tls_version::tls1_3}) {
        spec.min = spec.max = version;
        tls_server server(spec);
        tls_pair pair(connect(options), server, 16384);
        const auto failed = pair.handshake();
        EXPECT_FALSE(failed) << pair.diagnosis().text;
    }
}

TEST_P(roots_test, unsafe_off_still_refuses_a_server_without_a_certificate)
{
    tls_options options;
    options.verify = tls_verify::unsafe_off;
    server_behaviour spec;
    spec.max = tls_version::tls1_2;
    spec.security_level = 0;
    spec.ciphers = "ADH-AES128-GCM-SHA256:@SECLEVEL=0";
    tls_server server(spec);
    tls_pair pair(connect(options), server, 16384);

    EXPECT_EQ(pair.handshake(), tls_failure::no_common_cipher);
}
#else
TEST_P(roots_test, unsafe_off_needs_the_build_option)
{
    tls_options options;
    options.verify = tls_verify::unsafe_off;

    const tls_diagnosis diagnosis = refusal(options);

    EXPECT_EQ(diagnosis.kind, tls_failure::unsupported);
    EXPECT_THAT(diagnosis.text, HasSubstr("feature `insecure-skip-verify` is required"));
    EXPECT_THAT(diagnosis.hint,
                AllOf(HasSubstr("build coquest with -DCOQUEST_INSECURE_SKIP_VERIFY=ON"),
                      HasSubstr("development only")));
}
#endif

TEST(roots, environment_is_ignored_in_a_setuid_program)
{
    ::setenv("SSL_CERT_FILE", "/tmp/roots.pem", 1);
    ::setenv("SSL_CERT_DIR", "/tmp", 1);
    const detail::os_store store = detail::os_store::from_environment();
    if (is_setuid()) {
        EXPECT_EQ(store.file, "");
        EXPECT_EQ(store.directories, "");
        return;
    }
    EXPECT_EQ(store.file, "/tmp/roots.pem");
    EXPECT_EQ(store.directories, "/tmp");
    run_setuid_copy();
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
}

// Concatenating files from an editor leaves a byte order mark in the middle.
TEST_P(roots_test, each_certificate_of_a_file_counts_however_it_is_written)
{
    const identity second = self_signed(ca_spec("second"));
    const identity third = self_signed(ca_spec("third"));
    std::string spelled = third.pem();
    std::ranges::replace(spelled, '\n', '\r');
    const temp_file file(root().pem() + "\xef\xbb\xbf" + second.pem() + "  " + spelled);
    for (const identity& ca : {root(), second, third}) {
        server_behaviour spec;
        spec.certificate = issue(server_spec(), ca);
        tls_server server(spec);
        tls_pair pair(connect(trusting(file)), server, 16384);
        const auto failed = pair.handshake();
        EXPECT_FALSE(failed) << pair.diagnosis().text;
    }
}

} // namespace
} // namespace coquest::test
