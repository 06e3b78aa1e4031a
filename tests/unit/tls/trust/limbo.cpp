// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// x509-limbo: handshakes with the certificates that break others. What each backend makes of each
// case is pinned in limbo-verdicts.txt, so that a change of ours or of a library shows.

#include "unit/tls/backends.hpp"
#include "unit/tls/chosen_time.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace coquest::test {
namespace {

// A line of limbo-verdicts.txt.
struct verdict {
    std::string expected; // by limbo
    std::string others;   // by OpenSSL, Go and rustls: A accepted, R refused
    std::map<std::string, std::string> ours;
    std::string reason;       // why ours differ from what is expected
    std::string newer_reason; // why wolfSSL 5.9 differs from 5.5, where it does
};

constexpr const char* newer = "wolfssl-5.9"; // among `ours`

std::map<std::string, verdict> read_verdicts()
{
    std::map<std::string, verdict> all;
    std::ifstream file(COQUEST_TEST_DATA "/limbo-verdicts.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        std::istringstream words(line);
        std::string id;
        verdict one;
        if (line.starts_with("newer ")) { // a change to an earlier line
            words >> id >> id;
            verdict& changed = all.at(id);
            words >> changed.ours[newer] >> std::ws;
            std::getline(words, changed.newer_reason);
            continue;
        }
        words >> id >> one.expected >> one.others >> one.ours["wolfssl"] >> one.ours["openssl"] >>
            std::ws;
        std::getline(words, one.reason);
        one.ours[newer] = one.ours["wolfssl"];
        all.emplace(std::move(id), std::move(one));
    }
    return all;
}

const nlohmann::json& cases()
{
    static const auto all = [] {
        std::ifstream file(COQUEST_TEST_DATA "/limbo-server-keyed.json");
        return nlohmann::json::parse(file);
    }();
    return all;
}

server_behaviour server_of(const nlohmann::json& one)
{
    server_behaviour spec;
    spec.certificate = from_pem(one.at("certificate"), one.at("key"));
    for (const std::string pem : one.at("intermediates")) {
        spec.chain.push_back(from_pem(pem));
    }
    spec.security_level = 0;
    return spec;
}

class limbo : public with_backend {
protected:
    /// Shakes hands as @p one says; returns why not, or nothing.
    std::optional<std::string> refusal_of(const nlohmann::json& one)
    {
        std::optional<chosen_time> now;
        if (one.contains("time")) {
            now.emplace(
                std::chrono::sys_seconds(std::chrono::seconds(one.at("time").get<std::int64_t>())));
        }
        tls_server server(server_of(one));
        const temp_file roots(one.at("roots").get<std::string>());
        tls_diagnosis why;
        tls_options options = trusting(roots);
        std::optional<temp_file> revoked;
        if (one.contains("crls")) {
            std::string text;
            for (const std::string list : one.at("crls")) {
                text += list + '\n';
            }
            revoked.emplace(text);
            options.crl = revoked->path();
        }
        const auto backend = GetParam().make(options, why);
        if (!backend) {
            return why.text;
        }
        auto session = backend->make_session(one.value("name", "example.com"), why);
        if (!session) {
            return why.text;
        }
        tls_pair pair(std::move(session), server, 16384);
        const std::error_code failed = pair.handshake();
        EXPECT_NE(failed, std::errc::operation_would_block);
        EXPECT_FALSE(failed && server.is_established());
        why = pair.client().diagnosis(failed);
        return failed ? std::optional(why.text + " [" + std::to_string(why.native_code) + "]")
                      : std::nullopt;
    }
};
COQUEST_WITH_EACH_BACKEND(limbo);

TEST_P(limbo, verdicts_are_as_pinned)
{
    const auto verdicts = read_verdicts();
    ASSERT_EQ(verdicts.size(), cases().size());
    for (const auto& one : cases()) {
        const std::string id = one.at("id");
        SCOPED_TRACE(id);
        const verdict& want = verdicts.at(id);
        EXPECT_EQ(want.expected == "accept", one.at("expected") == "SUCCESS");
        const auto refused = refusal_of(one);
        EXPECT_EQ(refused ? "refuse" : "accept",
                  want.ours.at(is_newer_wolfssl(GetParam()) ? newer : GetParam().name))
            << refused.value_or("");
    }
}

// A difference from limbo has a reason, and none lets in what everybody else keeps out.
TEST(limbo_verdicts, are_reviewed)
{
    for (const auto& [id, one] : read_verdicts()) {
        EXPECT_EQ(one.ours.at(newer) != one.ours.at("wolfssl"), !one.newer_reason.empty()) << id;
        for (const auto& [backend, ours] : one.ours) {
            EXPECT_TRUE(ours == one.expected || !one.reason.empty() ||
                        (backend == newer && !one.newer_reason.empty()))
                << id;
            EXPECT_FALSE(ours == "accept" && one.others == "RRR") << backend << ' ' << id;
        }
    }
}

} // namespace
} // namespace coquest::test
