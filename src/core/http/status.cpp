// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/http/status.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace coquest::inline v0::detail {
namespace {

using enum status_meaning;

constexpr std::string_view is_it_questdb =
    "is this QuestDB's HTTP port (9000), and is ILP over HTTP enabled there?";
constexpr std::string_view proxy_changes =
    "a proxy in front of QuestDB refuses the request: look into its configuration and log";

// Sorted by status. docs/http-statuses.md has the same table, and a test compares them.
constexpr std::array known = {
    status_rule{204, acknowledged, "QuestDB acknowledges a batch with this status"},
    status_rule{205, acknowledged, "has no content by definition, like 204"},
    status_rule{400, rejected, "QuestDB refuses rows that it can't parse or convert"},
    status_rule{401, credentials, "the credentials are missing or wrong",
                "check username and password, or token"},
    status_rule{403, credentials, "the user may not write",
                "the user may not write: check its permissions"},
    status_rule{404, unusable, "there is no /write here", is_it_questdb},
    status_rule{405, unusable, "QuestDB's answer to an unknown path", is_it_questdb},
    status_rule{407, unusable, "a proxy asks for credentials of its own",
                "coquest has no credentials for proxies: reach QuestDB without the proxy"},
    status_rule{408, transient, "the request took too long to arrive, or the connection was idle"},
    status_rule{410, unusable, "there is no /write here any more", is_it_questdb},
    status_rule{411, unusable, "something on the way dropped Content-Length", is_it_questdb},
    status_rule{413, too_large, "the batch exceeds a limit of the server or of a proxy",
                "the row alone is too large: raise the limit, client_max_body_size in nginx"},
    status_rule{417, unusable, "no expectation was sent: something on the way added one",
                proxy_changes},
    status_rule{421, transient, "the server is a replica: another node accepts the rows",
                "the server accepts no writes: name the primary in addr"},
    status_rule{425, transient, "the server wants the request again after the handshake"},
    status_rule{426, unusable, "the server wants another protocol than HTTP/1.1", proxy_changes},
    status_rule{429, transient, "the server or a proxy limits the rate",
                "the server asks for fewer requests"},
    status_rule{431, unusable,
                "the headers are too large: the credentials are, or a proxy adds some",
                proxy_changes},
    status_rule{451, unusable, "a network operator blocks the address", proxy_changes},
    status_rule{500, transient, "an internal error, which QuestDB also has for some rows"},
    status_rule{501, unusable, "the server does not know POST", is_it_questdb},
    status_rule{502, transient, "a proxy does not reach the server, or it restarts"},
    status_rule{503, transient, "the server is overloaded, or a proxy has no server"},
    status_rule{504, transient, "a proxy waited too long for the server"},
    status_rule{505, unusable, "the server does not know HTTP/1.1", is_it_questdb},
    status_rule{507, transient, "the disk is full"},
    status_rule{509, transient, "a bandwidth limit is exceeded"},
    status_rule{511, transient, "a network wants a login first: a captive portal",
                "the network asks for a login"},
    status_rule{520, transient, "a proxy got an unknown answer from the server"},
    status_rule{521, transient, "the server refuses connections from a proxy"},
    status_rule{522, transient, "the connection of a proxy to the server timed out"},
    status_rule{523, transient, "a proxy finds no route to the server"},
    status_rule{524, transient, "a proxy waited too long for the server"},
    status_rule{525, transient, "the TLS handshake of a proxy with the server failed"},
    status_rule{529, transient, "the service is overloaded"},
    status_rule{530, transient, "a proxy can't resolve the server's name"},
    status_rule{599, transient, "a proxy's connection to the server timed out"},
};

constexpr std::array classes = {
    status_rule{100, unusable, "an interim response, which is skipped; 101 is never requested"},
    status_rule{200, acknowledged, "a success, which counts only if it has no content"},
    status_rule{300, unusable, "a redirect, which is not followed: credentials would leak"},
    status_rule{400, unusable, "something refuses the request, and not the rows", proxy_changes},
    status_rule{500, transient, "a failure of the server or of a proxy"},
};

static_assert(std::ranges::is_sorted(known, {}, &status_rule::status));

} // namespace

std::string_view name_of(status_meaning meaning) noexcept
{
    static constexpr std::array<std::string_view, 6> names = {
        "acknowledged", "rejected", "too large", "credentials", "unusable", "transient"};
    return names[static_cast<std::size_t>(meaning)];
}

std::span<const status_rule> known_statuses() noexcept
{
    return known;
}

std::span<const status_rule> status_classes() noexcept
{
    return classes;
}

const status_rule& rule_of(int status) noexcept
{
    const auto at = std::ranges::lower_bound(known, status, {}, &status_rule::status);
    if (at != known.end() && at->status == status) {
        return *at;
    }
    const auto group = static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
    return classes[group];
}

delivery state_after(const status_rule& rule) noexcept
{
    if (rule.meaning == rejected || rule.meaning == too_large) {
        return delivery::rejected;
    }
    // A server error, or a success that is not an acknowledgement, may come after the rows were
    // stored. A server or proxy that refuses a request has stored nothing of it.
    const bool refused = rule.status >= 300 && rule.status < 500;
    return refused ? delivery::not_sent : delivery::unconfirmed;
}

} // namespace coquest::inline v0::detail
