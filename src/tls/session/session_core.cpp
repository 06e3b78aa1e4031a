// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/session_core.hpp"
#include "tls/trust/clock.hpp"

#include "core/text/printable.hpp"
#include "tls/session/greeting.hpp"
#include "tls/session/suites.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

constexpr std::chrono::days warning_time(14); // before a certificate expires

// Returns whether a library sends this alert for input that is damaged or violates the protocol.
bool means_malformed(int alert) noexcept
{
    constexpr std::array alerts{10, 20, 22, 47, 50, 51};
    return std::find(alerts.begin(), alerts.end(), alert) != alerts.end();
}

void add_library_text(tls_diagnosis& diagnosis, std::string_view text)
{
    constexpr std::size_t max_library_text = 200;
    diagnosis.text += " (" + printable(text, max_library_text) + ")";
}

} // namespace

tls_step session_core::handshake(tls_diagnosis& diagnosis)
{
    if (state_ == state::failed || state_ == state::established) {
        return state_ == state::failed ? fail_again(diagnosis) : done();
    }
    // We send the first message, so the first bytes of the input show whether the peer speaks TLS.
    if (state_ == state::new_session && !input_.empty()) {
        const greeting first = classify_greeting(input_.data());
        if (first == greeting::undecided) {
            return tls_step::retry_after_input;
        }
        if (first == greeting::other) {
            return fail(explain_greeting(input_.data()), diagnosis);
        }
        state_ = state::greeted;
    }
    if (const outcome result = do_handshake(); result != outcome::done) {
        // Not every library rejects a suite that the client did not offer.
        const std::uint32_t chosen = result == outcome::want_input ? facts().suite : 0;
        if (chosen != 0 && !is_our_suite(chosen)) {
            tls_diagnosis failure = describe(tls_failure::no_common_cipher);
            failure.text +=
                ": the server chose suite " + std::to_string(chosen) + ", which was not offered";
            return fail(std::move(failure), diagnosis);
        }
        return not_done(result, true, diagnosis);
    }
    // The library was configured to enforce all this. The second check once caught a handshake
    // without any certificate, and costs nothing.
    const session_facts negotiated = facts();
    // A resumed session brings no certificate: the full handshake before it verified one.
    resumed_ = negotiated.resumed && offered_;
    const bool verified = !check_.roots().verify || check_.accepted() || resumed_;
    const bool only_13 = check_.roots().min == tls_min::v1_3;
    const bool modern = negotiated.version == 0x0304 || (negotiated.version == 0x0303 && !only_13);
    if (!is_our_suite(negotiated.suite) || !modern || !verified) {
        tls_diagnosis failure = describe(tls_failure::weak_session);
        failure.text += !is_our_suite(negotiated.suite)
                            ? ": cipher suite " + std::to_string(negotiated.suite)
                        : !verified ? ": no certificate was verified"
                        : only_13   ? ": older than TLS 1.3"
                                    : ": older than TLS 1.2";
        return fail(std::move(failure), diagnosis);
    }
    suite_ = negotiated.suite;
    state_ = state::established;
    if (negotiated.version == 0x0303) { // TLS 1.2 sends its ticket within the handshake
        save();
    }
    return done();
}

tls_step session_core::read(std::span<std::byte> in, std::size_t& n, tls_diagnosis& diagnosis)
{
    n = 0;
    if (state_ != state::established) {
        return fail_again(diagnosis);
    }
    if (in.empty()) {
        return done();
    }
    const outcome result = do_read(in, n);
    if (n != 0) { // a TLS 1.3 server sends its tickets before its data
        save();
    }
    return result == outcome::done ? done() : not_done(result, false, diagnosis);
}

tls_step session_core::write(std::span<const std::byte> out, std::size_t& n,
                             tls_diagnosis& diagnosis)
{
    n = 0;
    if (state_ != state::established) {
        return fail_again(diagnosis);
    }
    while (n < out.size() && output_.size() < output_high_water) {
        const auto piece = out.subspan(n, std::min(out.size() - n, max_plaintext));
        if (const outcome result = do_write(piece); result != outcome::done) {
            return n != 0 && result == outcome::want_input ? done()
                                                           : not_done(result, false, diagnosis);
        }
        n += piece.size();
    }
    return n == 0 && !out.empty() ? tls_step::retry_after_output : done();
}

void session_core::shutdown()
{
    if (state_ == state::established) {
        do_shutdown(); // without waiting for the peer's close_notify: the socket closes next
    }
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
        out.anchor = check_.anchor().der;
        out.anchor_source = check_.anchor().label;
    }
    return out;
}

// With keep_chain, the session reports the server's chain, which only a full handshake brings.
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
    } catch (const std::exception&) { // memory ran out: the next handshake is a full one
        saved_ = true;
    }
}

std::vector<tls_event> session_core::events(std::chrono::sys_seconds now) const
{
    std::vector<tls_event> found;
    const auto check_expiry = [&](const std::string& text, const std::string& path,
                                  std::chrono::sys_seconds expiry) {
        const auto days_left = std::chrono::floor<std::chrono::days>(expiry - now);
        if (days_left < warning_time) {
            found.push_back({tls_event_kind::expires,
                             text + (expiry < now ? " ended on " : " ends on ") + date_text(expiry),
                             path, static_cast<int>(days_left.count())});
        }
    };
    if (resumed_ || check_.accepted()) {
        check_expiry("the certificate of " + check_.host().text(), "",
                     resumed_ ? offered_->leaf_until : check_.leaf_until());
    }
    for (const dated_certificate& dated : check_.roots().dated) {
        check_expiry(dated.text, dated.path, dated.not_after);
    }
    return found;
}

tls_step session_core::not_done(outcome result, bool handshaking, tls_diagnosis& diagnosis)
{
    switch (result) {
    case outcome::want_input: return tls_step::retry_after_input;
    case outcome::closed: // shutdown() can still send close_notify
        return handshaking ? fail(describe(tls_failure::closed_in_handshake), diagnosis)
                           : tls_step::closed;
    default: return fail(explain_library_failure(), diagnosis);
    }
}

tls_diagnosis session_core::explain_library_failure()
{
    const library_failure failure = last_failure();
    tls_diagnosis diagnosis;
    const bool established = state_ == state::established;
    if (check_.failure()) {
        diagnosis = *check_.failure();
        if (diagnosis.text == describe(diagnosis.kind).text) { // only the library knows details
            add_library_text(diagnosis, failure.text);
        }
    } else if (failure.kind == tls_failure::alert_received && failure.alert_received >= 0) {
        diagnosis = explain_alert(failure.alert_received, client_, established);
    } else {
        const bool malformed =
            (failure.kind == tls_failure::protocol_version && established) ||
            (failure.kind == tls_failure::other && means_malformed(failure.alert_sent));
        diagnosis = describe(malformed ? tls_failure::bad_record : failure.kind);
        if (failure.too_large) {
            diagnosis = describe(tls_failure::bad_certificate);
            diagnosis.text = "the server's handshake is larger than this TLS library takes";
            diagnosis.hint =
                "is its certificate very large (many names), or its chain long? shorten it";
        }
        add_library_text(diagnosis, failure.text);
    }
    if (diagnosis.kind == tls_failure::protocol_version && check_.roots().min == tls_min::v1_3) {
        diagnosis.text = "the server does not speak TLS 1.3, which tls_min=1.3 demands";
        diagnosis.hint = "enable TLS 1.3 there, or set tls_min=1.2";
    }
    diagnosis.native_code = failure.code;
    return diagnosis;
}

tls_step session_core::fail(tls_diagnosis failure, tls_diagnosis& diagnosis)
{
    if (offered_ && (state_ == state::new_session || state_ == state::greeted)) {
        cache_->remove(server_); // the next attempt makes a full handshake
        failure.offered_session = true;
    }
    diagnosis_ = std::move(failure);
    return fail_again(diagnosis);
}

// Fails like the step that failed first. A read or write before the handshake has no diagnosis but
// tls_failure::other.
tls_step session_core::fail_again(tls_diagnosis& diagnosis)
{
    state_ = state::failed;
    diagnosis = diagnosis_;
    return tls_step::failed;
}

} // namespace coquest::inline v0::detail
