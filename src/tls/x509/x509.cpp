// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/x509.hpp"

#include "core/text/ascii.hpp"
#include "tls/x509/der.hpp"

#include <bit>

namespace coquest::inline v0::detail {
namespace {

// Reads two digits from the front; -1 if there are none.
int two_digits(std::string_view& text) noexcept
{
    if (text.size() < 2 || !is_digit(text[0]) || !is_digit(text[1])) {
        text = {};
        return -1;
    }
    const int value = (text[0] - '0') * 10 + (text[1] - '0');
    text.remove_prefix(2);
    return value;
}

std::size_t integer_bits(der_bytes integer) noexcept
{
    while (!integer.empty() && integer[0] == std::byte{0}) {
        integer = integer.subspan(1);
    }
    if (integer.empty()) {
        return 0;
    }
    return (integer.size() - 1) * 8 +
           static_cast<std::size_t>(std::bit_width(value_of(integer[0])));
}

bool read_key(der_reader& in, certificate& out) noexcept
{
    der_bytes info;
    der_bytes algorithm;
    der_bytes oid;
    der_bytes key;
    if (!in.read(tag_sequence, info, out.key_info)) {
        return false;
    }
    der_reader fields(info);
    if (!fields.read(tag_sequence, algorithm) || !fields.read(tag_bit_string, key) || key.empty() ||
        !der_reader(algorithm).read(tag_oid, oid)) {
        return false;
    }
    key = key.subspan(1); // the count of unused bits
    out.public_key = key;
    if (equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01}) ||
        equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a})) {
        der_bytes numbers;
        der_bytes modulus;
        if (!der_reader(key).read(tag_sequence, numbers) ||
            !der_reader(numbers).read(tag_integer, modulus)) {
            return false;
        }
        out.key = key_kind::rsa;
        out.key_bits = integer_bits(modulus);
    } else if (equals(oid, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01})) {
        if (key.empty()) {
            return false;
        }
        out.key = key_kind::ec;
        const bool compressed = value_of(key[0]) != 0x04;
        out.key_bits = (key.size() - 1) * 8 / (compressed ? 1U : 2U);
    } else if (equals(oid, {0x2b, 0x65, 0x70}) || equals(oid, {0x2b, 0x65, 0x71})) {
        out.key = key_kind::edwards;
        out.key_bits = key.size() * 8;
    }
    return true;
}

bool read_key_purposes(der_bytes value, certificate& out) noexcept
{
    der_bytes list;
    der_bytes oid;
    if (!der_reader(value).read(tag_sequence, list)) {
        return false;
    }
    out.may_serve_tls = false;
    for (der_reader oids(list); !oids.empty();) {
        if (!oids.read(tag_oid, oid)) {
            return false;
        }
        out.may_serve_tls |= equals(oid, {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01}) ||
                             equals(oid, {0x55, 0x1d, 0x25, 0x00});
    }
    return true;
}

// Reads the extension with the OID 2.5.29.@p id.
bool read_extension(unsigned id, der_bytes value, certificate& out) noexcept
{
    der_bytes content;
    switch (id) {
    case 15: // keyUsage
        if (!der_reader(value).read(tag_bit_string, content) || content.size() < 2) {
            return false;
        }
        out.may_sign_handshake = (value_of(content[1]) & 0x80U) != 0;
        out.may_sign_certificates = (value_of(content[1]) & 0x04U) != 0;
        out.may_sign_crl = (value_of(content[1]) & 0x02U) != 0;
        return true;
    case 17: // subjectAltName
        if (out.san || !der_reader(value).read(tag_sequence, content)) {
            return false;
        }
        out.san = content;
        return true;
    case 19: { // basicConstraints
        der_bytes field;
        if (!der_reader(value).read(tag_sequence, content)) {
            return false;
        }
        der_reader fields(content);
        out.is_ca = fields.read(tag_boolean, field) && !field.empty() && field[0] != std::byte{0};
        if (fields.read(tag_integer, field) && field.size() == 1) { // a longer value limits nothing
            out.path_length = value_of(field[0]);
        }
        return true;
    }
    case 30: // nameConstraints
        if (out.name_constraints || !der_reader(value).read(tag_sequence, content)) {
            return false;
        }
        out.name_constraints = content;
        return true;
    case 37: // extendedKeyUsage
        return read_key_purposes(value, out);
    default: return true;
    }
}

// Returns whether coquest or every TLS library supports the extension, so that it may be critical.
bool may_be_critical(der_bytes oid) noexcept
{
    if (oid.size() != 3 || !equals(oid.first(2), {0x55, 0x1d})) {
        return false;
    }
    switch (value_of(oid[2])) {
    case 15: // keyUsage
    case 17: // subjectAltName
    case 18: // issuerAltName
    case 19: // basicConstraints
    case 30: // nameConstraints
    case 31: // cRLDistributionPoints
    case 32: // certificatePolicies
    case 33: // policyMappings
    case 36: // policyConstraints
    case 37: // extendedKeyUsage
    case 54: // inhibitAnyPolicy
        return true;
    default: return false;
    }
}

bool read_extensions(der_bytes list, certificate& out) noexcept
{
    der_bytes content;
    if (!der_reader(list).read(tag_sequence, content)) {
        return false;
    }
    for (der_reader extensions(content); !extensions.empty();) {
        der_bytes extension;
        der_bytes oid;
        der_bytes critical;
        der_bytes value;
        if (!extensions.read(tag_sequence, extension)) {
            return false;
        }
        der_reader fields(extension);
        if (!fields.read(tag_oid, oid) ||
            (fields.at(tag_boolean) && !fields.read(tag_boolean, critical)) ||
            !fields.read(tag_octet_string, value)) {
            return false;
        }
        const bool is_critical = !critical.empty() && critical[0] != std::byte{0};
        out.unknown_critical |= is_critical && !may_be_critical(oid);
        if (oid.size() == 3 && equals(oid.first(2), {0x55, 0x1d}) &&
            !read_extension(value_of(oid[2]), value, out)) {
            return false;
        }
    }
    return true;
}

bool read_body(der_bytes body, certificate& out) noexcept
{
    der_reader in(body);
    der_bytes skipped;
    der_bytes content;
    if (in.at(context_tag_0)) {
        if (!in.read(context_tag_0, skipped) || !der_reader(skipped).read(tag_integer, content) ||
            content.size() != 1) {
            return false;
        }
        out.version = value_of(content[0]) + 1;
    }
    der_bytes validity;
    der_bytes algorithm;
    if (!in.read(tag_integer, out.serial) || !in.read(tag_sequence, skipped, algorithm) ||
        !in.read(tag_sequence, content, out.issuer) || !in.read(tag_sequence, validity) ||
        !in.read(tag_sequence, content, out.subject)) {
        return false;
    }
    out.two_algorithms = !equals(algorithm, out.proof.algorithm);
    der_reader dates(validity);
    if (!read_time(dates, out.not_before) || !read_time(dates, out.not_after) ||
        !read_key(in, out)) {
        return false;
    }
    unsigned tag = 0;
    der_bytes whole;
    while (!in.empty()) {
        if (!in.any(tag, content, whole) ||
            (tag == context_tag_3 && !read_extensions(content, out))) {
            return false;
        }
    }
    return true;
}

} // namespace

// RFC 5280 requires UTC, with seconds.
bool read_time(der_reader& in, std::chrono::sys_seconds& out) noexcept
{
    unsigned tag = 0;
    der_bytes content;
    der_bytes whole;
    if (!in.any(tag, content, whole) || (tag != tag_utc_time && tag != tag_generalized_time)) {
        return false;
    }
    std::string_view text = as_text(content);
    int year = two_digits(text);
    if (tag == tag_generalized_time) {
        year = year * 100 + two_digits(text);
    } else {
        year += year < 50 ? 2000 : 1900;
    }
    const int month = two_digits(text);
    const int day = two_digits(text);
    const int hour = two_digits(text);
    const int minute = two_digits(text);
    const int second = two_digits(text);
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (text != "Z" || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59) {
        return false;
    }
    out = std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
          std::chrono::seconds{second};
    return true;
}

bool is_weak_signature(der_bytes algorithm) noexcept
{
    der_bytes oid;
    der_reader in(algorithm);
    if (!in.read(tag_oid, oid)) {
        return true;
    }
    if (equals(oid, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a})) { // RSASSA-PSS
        der_bytes parameters;
        der_bytes tagged;
        der_bytes hash;
        der_bytes hash_oid;
        // the default hash is SHA-1
        return !in.read(tag_sequence, parameters) ||
               !der_reader(parameters).read(context_tag_0, tagged) ||
               !der_reader(tagged).read(tag_sequence, hash) ||
               !der_reader(hash).read(tag_oid, hash_oid) || hash_oid.size() != 9 ||
               !equals(hash_oid.first(8), {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02});
    }
    const bool rsa =
        oid.size() == 9 && equals(oid.first(8), {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01});
    const unsigned last = oid.empty() ? 0 : value_of(oid.back());
    return (rsa && last >= 2 && last <= 5) ||                         // MD2, MD4, MD5, SHA-1
           equals(oid, {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01}) || // ECDSA with SHA-1
           equals(oid, {0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03}) || // DSA with SHA-1, SHA-2
           (oid.size() == 9 && last >= 1 && last <= 4 &&
            equals(oid.first(8), {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03}));
}

bool certificate::self_issued() const noexcept
{
    return equals(issuer, subject);
}

bool certificate::weak_key() const noexcept
{
    return (key == key_kind::rsa && key_bits < 2048) || (key == key_kind::ec && key_bits < 256);
}

std::optional<certificate> parse_certificate(der_bytes der) noexcept
{
    der_reader outer(der);
    der_bytes content;
    if (!outer.read(tag_sequence, content) || !outer.empty()) {
        return std::nullopt;
    }
    der_reader in(content);
    der_bytes body;
    der_bytes algorithm;
    certificate result;
    result.der = der;
    if (!in.read(tag_sequence, body, result.proof.content) ||
        !in.read(tag_sequence, algorithm, result.proof.algorithm) ||
        !in.read(tag_bit_string, result.proof.signature) || result.proof.signature.empty() ||
        !in.empty() || !read_body(body, result)) {
        return std::nullopt;
    }
    result.proof.signature = result.proof.signature.subspan(1); // the count of unused bits
    result.weak_signature = is_weak_signature(algorithm);
    return result;
}

der_bytes subject_of(der_bytes der) noexcept
{
    der_bytes content;
    der_bytes body;
    der_bytes skipped;
    der_bytes name;
    if (!der_reader(der).read(tag_sequence, content) ||
        !der_reader(content).read(tag_sequence, body)) {
        return {};
    }
    der_reader in(body);
    if (in.at(context_tag_0) && !in.read(context_tag_0, skipped)) {
        return {};
    }
    const bool good = in.read(tag_integer, skipped) && in.read(tag_sequence, skipped) &&
                      in.read(tag_sequence, skipped) && in.read(tag_sequence, skipped) &&
                      in.read(tag_sequence, skipped, name);
    return good ? name : der_bytes{};
}

der_bytes first_element(der_bytes der) noexcept
{
    unsigned tag = 0;
    der_bytes content;
    der_bytes whole;
    return der_reader(der).any(tag, content, whole) ? whole : der_bytes{};
}

} // namespace coquest::inline v0::detail
