// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/client_identity.hpp"
#include "tls/trust/clock.hpp"

#include "core/text/wipe.hpp"
#include "tls/trust/failure_text.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {
namespace {

pem_file certificate_file(const tls_options& options)
{
    constexpr auto kind = tls_failure::bad_client_certificate;
    return options.client_cert_pem.empty()
               ? pem_file{"tls_client_cert", kind, options.client_cert}
               : pem_file{"tls_client_cert_pem", kind, {}, options.client_cert_pem};
}

pem_file key_file(const tls_options& options)
{
    constexpr auto kind = tls_failure::bad_client_certificate;
    return options.client_key_pem.empty()
               ? pem_file{"tls_client_key", kind, options.client_key}
               : pem_file{"tls_client_key_pem", kind, {}, options.client_key_pem.reveal()};
}

bool is_unencrypted(const pem_file& file, std::string_view text, tls_diagnosis& diagnosis)
{
    const auto has = [text](std::string_view part) { return text.find(part) != text.npos; };
    if (has("BEGIN ENCRYPTED PRIVATE KEY-----") || has("Proc-Type: 4,ENCRYPTED")) {
        diagnosis =
            file.diagnosis(file.name() + " is encrypted with a password",
                           "decrypt it: openssl pkey -in " + file.argument() + " -out FILE");
        return false;
    }
    return true;
}

// A server would refuse such a certificate with a less helpful alert.
bool check_dates(const pem_file& file, der_bytes leaf, std::chrono::sys_seconds now,
                 tls_diagnosis& diagnosis)
{
    const auto facts = parse_certificate(leaf);
    if (facts && (now > facts->not_after || now < facts->not_before)) {
        const bool expired = now > facts->not_after;
        diagnosis = file.diagnosis(
            "the certificate \"" + name_text(facts->subject) + "\" in " + file.name() +
                (expired ? " has expired on " + date_text(facts->not_after)
                         : " is not valid before " + date_text(facts->not_before)) +
                "; this machine's clock says " + date_text(now),
            expired ? "renew it; check the clock" : "check the clock");
        return false;
    }
    return true;
}

} // namespace

bool load_client_identity(const tls_options& options, std::chrono::sys_seconds now,
                          client_identity& out, tls_diagnosis& diagnosis)
{
    const pem_file chain = certificate_file(options);
    const pem_file key = key_file(options);
    const bool has_chain = !chain.name().empty();
    const bool has_key = !key.name().empty();
    if (!has_chain && !has_key) {
        return true;
    }
    if (!has_chain || !has_key) {
        diagnosis = (has_chain ? key : chain)
                        .diagnosis("is not set", "set both tls_client_cert and "
                                                 "tls_client_key");
        return false;
    }
    std::vector<der_blob> certificates;
    std::string text;
    if (!read_file(chain, text, diagnosis) ||
        !read_certificates(chain, text, certificates, diagnosis)) {
        return false;
    }
    for (const der_blob& der : certificates) { // libraries do not read every spelling
        out.chain_pem += to_pem(der, "CERTIFICATE");
    }
    wipe(text.data(), text.size()); // the key may be in the same file
    out.leaf = std::move(certificates.front());
    if (!check_dates(chain, out.leaf, now, diagnosis)) {
        return false;
    }
    const bool good = read_file(key, text, diagnosis) && is_unencrypted(key, text, diagnosis) &&
                      read_private_key(key, text, out.key_pem, diagnosis);
    wipe(text.data(), text.size());
    return good;
}

std::optional<dated_certificate> dated_identity(const tls_options& options,
                                                const client_identity& identity)
{
    const auto facts = parse_certificate(identity.leaf);
    const pem_file file = certificate_file(options);
    return facts ? std::optional(dated_certificate{"the client certificate \"" +
                                                       name_text(facts->subject) + "\" in " +
                                                       file.name(),
                                                   file.path, facts->not_after})
                 : std::nullopt;
}

tls_diagnosis refused_key(const tls_options& options)
{
    return key_file(options).diagnosis(
        key_file(options).name() + " is not the key of " + certificate_file(options).name(),
        "name the key that the first certificate in tls_client_cert was made for");
}

tls_diagnosis refused_certificate(const tls_options& options)
{
    return certificate_file(options).diagnosis(
        certificate_file(options).name() + " cannot be used",
        "it must begin with this client's own certificate, with "
        "an RSA key of 2048 bits or more, or on P-256");
}

} // namespace coquest::inline v0::detail
