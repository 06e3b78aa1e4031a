// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session_core.hpp"

#include "core/printable.hpp"
#include "tls/anchor.hpp"
#include "tls/greeting.hpp"
#include "tls/suites.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace coquest::detail {
namespace {

constexpr std::chrono::days warning_time(14); // before a certificate ends

// Of the alerts that a library sends, those that say: this is not what TLS allows here.
bool means_malformed(int alert) noexcept
{
    constexpr std::array alerts{10, 20, 22, 47, 50, 51};
    return std::find(alerts.begin(), alerts.end(), alert) != alerts.end();
}

void add_library_text(tls_diagnosis& why, std::string_view text)
{
    constexpr std::size_t max_library_text = 200;
    why.text += " (" + printable(text, max_library_text) + ")";
}

} // namespace

std::optional<host_name> parse_host(std::string_view host, tls_diagnosis& why)
{
    std::optional<host_name> name = host_name::parse(host);
    if (!name) {
        why = describe(tls_failure::unsupported);
        why.text =
            "\"" + printable(host, 80) + "\" is neither a host name in ASCII nor an IP address";
        why.hint = "write an international name in its xn-- form";
    }
    return name;
}

tls_step session_core::handshake(std::error_code& ec)
{
    ec.clear();
    if (state_ == state::failed || state_ == state::established) {
        return state_ == state::failed ? fail(std::move(why_), ec) : done();
    }
    // Our hello goes out first; from then on the first bytes of the answer are looked at.
    if (state_ == state::new_session && !input_.empty()) {
        const greeting first = classify_greeting(input_.data());
        if (first == greeting::undecided) {
            return tls_step::retry_after_input;
        }
        if (first == greeting::other) {
            return fail(explain_greeting(input_.data()), ec);
        }
        state_ = state::greeted;
    }
    if (const outcome result = do_handshake(); result != outcome::done) {
        // Not every library minds that the server chose what nobody offered.
        const std::uint32_t chosen = result == outcome::want_input ? facts().suite : 0;
        if (chosen != 0 && !is_our_suite(chosen)) {
            tls_diagnosis why = describe(tls_failure::no_common_cipher);
            why.text +=
                ": the server chose suite " + std::to_string(chosen) + ", which was not offered";
            return fail(std::move(why), ec);
        }
        return not_done(result, true, ec);
    }
    // The library was told all this before. Asserting it again caught a handshake without any
    // certificate once, and costs nothing.
    const session_facts got = facts();
    // A session that is resumed brings no certificate: what it began with was verified.
    resumed_ = got.resumed && offered_;
    const bool verified = !check_.roots().verify || check_.accepted() || resumed_;
    const bool only_13 = check_.roots().min == tls_min::v1_3;
    const bool modern = got.version == 0x0304 || (got.version == 0x0303 && !only_13);
    if (!is_our_suite(got.suite) || !modern || !verified) {
        tls_diagnosis why = describe(tls_failure::weak_session);
        why.text += !is_our_suite(got.suite) ? ": cipher suite " + std::to_string(got.suite)
                    : !verified              ? ": no certificate was verified"
                    : only_13                ? ": older than TLS 1.3"
                                             : ": older than TLS 1.2";
        return fail(std::move(why), ec);
    }
    suite_ = got.suite;
    state_ = state::established;
    if (got.version == 0x0303) { // its ticket comes within the handshake
        save();
    }
    return done();
}

tls_step session_core::read(std::span<std::byte> in, std::size_t& n, std::error_code& ec)
{
    n = 0;
    ec.clear();
    if (state_ != state::established) {
        return fail(std::move(why_), ec);
    }
    if (in.empty()) {
        return done();
    }
    const outcome result = do_read(in, n);
    if (n != 0) { // tickets of TLS 1.3 come before what a server has to say
        save();
    }
    return result == outcome::done ? done() : not_done(result, false, ec);
}

tls_step session_core::write(std::span<const std::byte> out, std::size_t& n, std::error_code& ec)
{
    n = 0;
    ec.clear();
    if (state_ != state::established) {
        return fail(std::move(why_), ec);
    }
    while (n < out.size() && output_.size() < output_high_water) {
        const auto piece = out.subspan(n, std::min(out.size() - n, max_plaintext));
        if (const outcome result = do_write(piece); result != outcome::done) {
            return n != 0 && result == outcome::want_input ? done() : not_done(result, false, ec);
        }
        n += piece.size();
    }
    return n == 0 && !out.empty() ? tls_step::retry_after_output : done();
}

tls_step session_core::shutdown(std::error_code& ec)
{
    ec.clear();
    if (state_ == state::established) {
        do_shutdown(); // we don't wait for the peer's close_notify: the socket closes next
    }
    return done();
}

tls_peer session_core::peer() const
{
    tls_peer out;
    const auto* suite = std::ranges::find(cipher_suites, suite_, &cipher_suite::id);
    if (suite != cipher_suites.end()) {
        out.version = suite->is_tls13() ? "TLS 1.3" : "TLS 1.2"; // each has suites of its own
        out.suite = suite->openssl;
    }
    out.chain = check_.chain();
    if (check_.accepted()) {
        trusted_certificate anchor = find_anchor(out.chain, check_.roots());
        out.anchor = std::move(anchor.der);
        out.anchor_source = std::move(anchor.label);
        if (out.chain.size() > 1 && out.chain.back() == out.anchor) {
            out.chain.pop_back();
        }
    }
    return out;
}

// Who wants to see the chain needs a full handshake.
void* session_core::take_offer()
{
    if (cache_ && check_.roots().verify && !check_.roots().keep_chain) {
        offered_ = cache_->take(server_, current_time());
    }
    return offered_ ? offered_->native.get() : nullptr;
}

void session_core::save() noexcept
{
    if (saved_ || state_ != state::established || !cache_ || !check_.roots().verify) {
        return;
    }
    try {
        auto native = native_session();
        if (!native) {
            return;
        }
        saved_ = true;
        cache_->put(server_,
                    {std::move(native), resumed_ ? offered_->good_until : check_.good_until(),
                     resumed_ ? offered_->leaf_until : check_.leaf_until()});
    } catch (const std::exception&) { // no memory: the next handshake is a full one
        saved_ = true;
    }
}

std::vector<tls_notice> session_core::notices(std::chrono::sys_seconds now) const
{
    std::vector<tls_notice> found;
    const auto look = [&](const std::string& text, const std::string& path,
                          std::chrono::sys_seconds until) {
        const auto left = std::chrono::floor<std::chrono::days>(until - now);
        if (left < warning_time) {
            found.push_back({tls_notice::what::expires,
                             text + (until < now ? " ended on " : " ends on ") + date_text(until),
                             path, static_cast<int>(left.count())});
        }
    };
    if (resumed_ || check_.accepted()) {
        look("the certificate of " + check_.host().text(), "",
             resumed_ ? offered_->leaf_until : check_.leaf_until());
    }
    for (const dated_certificate& one : check_.roots().dated) {
        look(one.text, one.path, one.not_after);
    }
    return found;
}

tls_step session_core::not_done(outcome result, bool handshaking, std::error_code& ec)
{
    switch (result) {
    case outcome::want_input: return tls_step::retry_after_input;
    case outcome::closed:
        if (handshaking) {
            return fail(describe(tls_failure::closed_in_handshake), ec);
        }
        why_ = describe(tls_failure::closed); // the peer's half only: shutdown() still says goodbye
        ec = make_error_code(tls_failure::closed);
        return done();
    default: return fail_by_library(ec);
    }
}

tls_step session_core::fail_by_library(std::error_code& ec)
{
    const library_failure failure = last_failure();
    tls_diagnosis why;
    const bool established = state_ == state::established;
    if (check_.failure()) {
        why = *check_.failure();
        if (why.text == describe(why.kind).text) { // we know no more, the library may
            add_library_text(why, failure.text);
        }
    } else if (failure.kind == tls_failure::alert_received && failure.alert_received >= 0) {
        why = explain_alert(failure.alert_received, client_, established);
    } else {
        const bool malformed =
            (failure.kind == tls_failure::protocol_version && established) ||
            (failure.kind == tls_failure::other && means_malformed(failure.alert_sent));
        why = describe(malformed ? tls_failure::bad_record : failure.kind);
        if (failure.too_large) {
            why = describe(tls_failure::bad_certificate);
            why.text = "the server's handshake is larger than this TLS library takes";
            why.hint = "is its certificate very large (many names), or its chain long? shorten it";
        }
        add_library_text(why, failure.text);
    }
    if (why.kind == tls_failure::protocol_version && check_.roots().min == tls_min::v1_3) {
        why.text = "the server does not speak TLS 1.3, which tls_min=1.3 demands";
        why.hint = "enable TLS 1.3 there, or set tls_min=1.2";
    }
    why.native_code = failure.code;
    why.alert_sent = failure.alert_sent;
    why.alert_received = failure.alert_received;
    return fail(std::move(why), ec);
}

tls_step session_core::fail(tls_diagnosis why, std::error_code& ec)
{
    if (state_ != state::failed && why.text.empty()) { // a step before the handshake is done
        why = describe(tls_failure::other);
    }
    if (offered_ && (state_ == state::new_session || state_ == state::greeted)) {
        cache_->forget(server_); // whatever it was, a full handshake is the better next attempt
        why.offered_session = true;
    }
    why_ = std::move(why);
    state_ = state::failed;
    ec = make_error_code(why_.kind);
    return done();
}

} // namespace coquest::detail
