// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Handshakes with the certificates of x509-limbo. limbo-verdicts.txt records the verdict of each
// backend on each case, so that a change of coquest or of a library is noticed.

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
    std::string expected; // according to limbo
    std::string others;   // OpenSSL, Go and rustls: A accepts, R refuses
    std::map<std::string, std::string> by_backend;
    std::string reason;       // why a backend differs from `expected`
    std::string newer_reason; // why wolfSSL 5.9 differs from 5.5, if it does
};

constexpr const char* newer = "wolfssl-5.9"; // key in `by_backend`

std::map<std::string, verdict> read_verdicts()
{
    std::map<std::string, verdict> verdicts;
    std::ifstream file(COQUEST_TEST_DATA "/limbo-verdicts.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        std::istringstream words(line);
        std::string id;
        verdict entry;
        if (line.starts_with("newer ")) { // a change to an earlier line
            words >> id >> id;
            verdict& changed = verdicts.at(id);
            words >> changed.by_backend[newer] >> std::ws;
            std::getline(words, changed.newer_reason);
            continue;
        }
        words >> id >> entry.expected >> entry.others >> entry.by_backend["wolfssl"] >>
            entry.by_backend["openssl"] >> std::ws;
        std::getline(words, entry.reason);
        entry.by_backend[newer] = entry.by_backend["wolfssl"];
        verdicts.emplace(std::move(id), std::move(entry));
    }
    return verdicts;
}

const nlohmann::json& cases()
{
    static const auto document = [] {
        std::ifstream file(COQUEST_TEST_DATA "/limbo-server-keyed.json");
        return nlohmann::json::parse(file);
    }();
    return document;
}

server_behaviour server_of(const nlohmann::json& entry)
{
    server_behaviour spec;
    spec.certificate = from_pem(entry.at("certificate"), entry.at("key"));
    for (const std::string pem : entry.at("intermediates")) {
        spec.chain.push_back(from_pem(pem));
    }
    spec.security_level = 0;
    return spec;
}

class limbo : public with_backend {
protected:
    /// Does the handshake of @p entry. Returns the reason of a refusal, or nullopt.
    std::optional<std::string> refusal_of(const nlohmann::json& entry)
    {
        std::optional<chosen_time> now;
        if (entry.contains("time")) {
            now.emplace(std::chrono::sys_seconds(
                std::chrono::seconds(entry.at("time").get<std::int64_t>())));
        }
        tls_server server(server_of(entry));
        const temp_file roots(entry.at("roots").get<std::string>());
        tls_diagnosis diagnosis;
        tls_options options = trusting(roots);
        std::optional<temp_file> revoked;
        if (entry.contains("crls")) {
            std::string text;
            for (const std::string list : entry.at("crls")) {
                text += list + '\n';
            }
            revoked.emplace(text);
            options.crl = revoked->path();
        }
        const auto backend = GetParam().make(options, diagnosis);
        if (!backend) {
            return diagnosis.text;
        }
        auto session = backend->make_session(entry.value("name", "example.com"), diagnosis);
        if (!session) {
            return diagnosis.text;
        }
        tls_pair pair(std::move(session), server, 16384);
        const auto failed = pair.handshake();
        EXPECT_NE(failed, tls_failure::timed_out);
        EXPECT_FALSE(failed && server.is_established());
        diagnosis = pair.diagnosis();
        return failed ? std::optional(diagnosis.text + " [" +
                                      std::to_string(diagnosis.native_code) + "]")
                      : std::nullopt;
    }
};
COQUEST_WITH_EACH_BACKEND(limbo);

TEST_P(limbo, verdicts_are_as_recorded)
{
    const auto verdicts = read_verdicts();
    ASSERT_EQ(verdicts.size(), cases().size());
    for (const auto& entry : cases()) {
        const std::string id = entry.at("id");
        SCOPED_TRACE(id);
        const verdict& listed = verdicts.at(id);
        EXPECT_EQ(listed.expected == "accept", entry.at("expected") == "SUCCESS");
        const auto refused = refusal_of(entry);
        EXPECT_EQ(refused ? "refuse" : "accept",
                  listed.by_backend.at(is_newer_wolfssl(GetParam()) ? newer : GetParam().name))
            << refused.value_or("");
    }
}

// A difference from limbo has a reason. No backend accepts what all other libraries refuse.
TEST(limbo_verdicts, differences_have_a_reason)
{
    for (const auto& [id, entry] : read_verdicts()) {
        EXPECT_EQ(entry.by_backend.at(newer) != entry.by_backend.at("wolfssl"),
                  !entry.newer_reason.empty())
            << id;
        for (const auto& [backend, outcome] : entry.by_backend) {
            EXPECT_TRUE(outcome == entry.expected || !entry.reason.empty() ||
                        (backend == newer && !entry.newer_reason.empty()))
                << id;
            EXPECT_FALSE(outcome == "accept" && entry.others == "RRR") << backend << ' ' << id;
        }
    }
}

} // namespace
} // namespace coquest::test
