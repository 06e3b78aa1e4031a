// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/x509/pem.hpp"

#include "core/text/ascii.hpp"
#include "core/text/base64.hpp"
#include "core/text/wipe.hpp"
#include "tls/x509/der.hpp"
#include "tls/x509/pem_blocks.hpp"
#include "tls/x509/x509.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include <sys/stat.h>

namespace coquest::inline v0::detail {
namespace {

constexpr std::size_t max_file = std::size_t{16} << 20U; // Mozilla's whole bundle has 220 kB
constexpr const char* save_as_text = "save it as plain ASCII or UTF-8";
constexpr const char* write_line_ends = "write line ends in their place, as printf '%b' does";

bool has(std::string_view text, std::string_view part) noexcept
{
    return text.find(part) != std::string_view::npos;
}

struct block_error {
    std::string text;
    std::string hint;
};

std::string convert_by(const char* command, const std::string& path)
{
    return std::string("convert it: openssl ") + command + " -in " + path + " -out " + path +
           ".pem";
}

block_error describe_der(der_bytes der, const std::string& path)
{
    const std::string_view head = as_text(der.first(std::min<std::size_t>(der.size(), 32)));
    if (parse_certificate(der)) {
        return {"is a certificate in DER form, not PEM", convert_by("x509 -inform der", path)};
    }
    if (head.find("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") != std::string_view::npos) {
        return {"is PKCS#7 in DER form, not PEM",
                convert_by("pkcs7 -inform der -print_certs", path)};
    }
    if (head.find("\x02\x01\x03\x30") != std::string_view::npos) {
        return {"looks like PKCS#12, not PEM", convert_by("pkcs12 -nokeys", path)};
    }
    return {"holds DER data that is no certificate, perhaps a key",
            "name a PEM file that has BEGIN CERTIFICATE lines"};
}

// Describes a file without any certificate. The message does not show the content, since a wrong
// file may hold a secret.
block_error describe_content(std::string_view text, const std::string& path)
{
    const std::string want = "name a PEM file that has BEGIN CERTIFICATE lines";
    const auto has = [&](std::string_view part) { return detail::has(text, part); };
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    const der_bytes first = first_element({data, text.size()});
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return {"is empty", "write the server's CA certificate into it in PEM form"};
    }
    if (text.starts_with('\x30') && first.size() == text.size()) {
        return describe_der(first, path);
    }
    if (text.starts_with("\xfe\xed\xfe\xed")) {
        return {"is a Java key store, not PEM",
                "export the certificate: keytool -exportcert -rfc -keystore " + path};
    }
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
        has(std::string_view("C\0E\0R\0T", 7))) {
        return {"is UTF-16 text", save_as_text};
    }
    if (has("BEGIN PKCS7-----")) {
        return {"holds PKCS#7, not certificates", convert_by("pkcs7 -print_certs", path)};
    }
    if (has("CERTIFICATE REQUEST-----")) {
        return {"holds a certificate request, not a certificate", want};
    }
    if (has("PRIVATE KEY-----")) {
        return {"holds a private key but no certificate",
                "name the certificate's file instead; it has BEGIN CERTIFICATE lines"};
    }
    if (has("-----BEGIN ")) {
        return {"is PEM but holds no certificate", want};
    }
    return {"holds no certificate: it is neither PEM nor DER", want};
}

// A kind of PEM block, and how to recognise it.
struct block_kind {
    const char* noun;
    const char* label;
    bool (*accepts)(std::string_view label) noexcept;   // blocks of this kind
    bool (*resembles)(std::string_view label) noexcept; // blocks that must not be ignored
    const char* hint;                                   // if the error has none
};

bool is_container(std::string_view label) noexcept
{
    return has(label, "PKCS7") || has(label, "PKCS #7") || label == "CMS";
}

constexpr block_kind certificates{
    "certificate", "CERTIFICATE",
    [](std::string_view label) noexcept {
        return label == "CERTIFICATE" || label == "X509 CERTIFICATE" ||
               label == "X.509 CERTIFICATE";
    },
    [](std::string_view label) noexcept { return has(label, "CERT") && !has(label, "REQUEST"); },
    "copy that certificate again, or remove it"};

constexpr block_kind revocation_lists{
    "list", "X509 CRL",
    [](std::string_view label) noexcept { return label == "X509 CRL" || label == "CRL"; },
    [](std::string_view label) noexcept { return has(label, "CRL"); }, "fetch the file again"};

constexpr block_kind private_keys{
    "private key", "PRIVATE KEY",
    [](std::string_view label) noexcept { return label.ends_with("PRIVATE KEY"); },
    [](std::string_view label) noexcept { return label.ends_with("PRIVATE KEY"); },
    "copy that key again"};

bool decode(std::string_view content, der_blob& out)
{
    std::string digits;
    digits.reserve(content.size());
    std::ranges::remove_copy_if(content, std::back_inserter(digits), is_pem_space);
    out.resize(digits.size());
    const std::optional<std::size_t> size = base64_decode(digits, base64::standard, out);
    out.resize(size.value_or(0));
    wipe(digits.data(), digits.size()); // it may be a key
    return !out.empty();
}

// Describes why a block is not valid base64; sets @p at to the offset of the error.
block_error describe_content_of_block(std::string_view content, std::size_t& at)
{
    const auto* const odd = std::ranges::find_if(content, [](char c) {
        return !is_alnum(c) && !is_pem_space(c) && c != '+' && c != '/' && c != '=';
    });
    if (odd == content.end()) {
        return {"has bad base64", {}};
    }
    at = static_cast<std::size_t>(odd - content.begin());
    const std::string_view remaining = content.substr(at);
    if (has(content, ": ")) {
        return {"has a header, as what is encrypted has", "remove the header lines"};
    }
    if (remaining.starts_with("\\n") || remaining.starts_with("\\r")) {
        return {"has the two characters \\n in place of line ends", write_line_ends};
    }
    switch (*odd) {
    case '"':
    case '\'': return {"has quotes around its lines", "remove the quotes"};
    case ',': return {"has commas between its lines", "remove the commas"};
    case '\\': return {"has backslashes at the ends of its lines", "remove the backslashes"};
    case '#': return {"has a comment inside", "remove the comment"};
    case '>': return {"is quoted as in a mail", "remove the > of each line"};
    case '\0': return {"has NUL bytes, as UTF-16 text has", save_as_text};
    default: break;
    }
    return (static_cast<unsigned char>(*odd) & 0x80U) != 0
               ? block_error{"has characters that are not ASCII", save_as_text}
               : block_error{"has bad base64", {}};
}

// Decodes a block, or describes its error; sets @p at to the offset of the error in the block.
std::optional<block_error> take_block(const pem_block& block, const block_kind& kind,
                                      const std::string& path, der_blob& out, std::size_t& at)
{
    if (!kind.accepts(block.label)) {
        return is_container(block.label) ? block_error{"is PKCS#7, which may hold several",
                                                       convert_by("pkcs7 -print_certs", path)}
               : block.label == "TRUSTED CERTIFICATE"
                   ? block_error{"is in OpenSSL's TRUSTED form", convert_by("x509", path)}
                   : block_error{"is of another kind, " + block.label, "remove it"};
    }
    if (block.kind == pem_block::state::cut_off) {
        return block_error{"is cut off: its END " + block.label + " line is missing", {}};
    }
    if (!decode(block.content, out)) {
        return describe_content_of_block(block.content, at);
    }
    if (&kind == &certificates && !parse_certificate(out)) {
        return block_error{"is not an X.509 certificate", {}};
    }
    return std::nullopt;
}

block_error describe_stray(const pem_block& block, const block_kind& kind)
{
    const std::string line = std::string("-----BEGIN ") + kind.label + "-----";
    switch (block.kind) {
    case pem_block::state::stray_end:
        return {"has an END " + block.label + " without a BEGIN before it",
                "begin it with the line " + line};
    case pem_block::state::odd_marker:
        return {"reads like a BEGIN or END line, but lacks the dashes",
                "write it as " + line + ", in ASCII; or begin it with # as a comment"};
    case pem_block::state::nul: return {"has NUL bytes, as UTF-16 text has", save_as_text};
    default:
        return {"has base64 outside of BEGIN and END lines",
                "put it between " + line + " and the END line, or remove it"};
    }
}

bool is_block(const pem_block& block) noexcept
{
    return block.kind == pem_block::state::whole || block.kind == pem_block::state::cut_off;
}

struct taken_block {
    std::string label;
    der_blob der;
};

// Takes every block of @p kind; false with @p diagnosis at the first one that cannot be read. A
// text without any such block is no failure.
bool take_blocks(const pem_file& file, std::string_view text, const block_kind& kind,
                 std::vector<taken_block>& out, tls_diagnosis& diagnosis)
{
    std::vector<pem_block> blocks = split_pem(text);
    const bool any_of_kind = std::ranges::any_of(
        blocks, [&](const pem_block& block) { return kind.accepts(block.label); });
    std::erase_if(blocks, [&](const pem_block& block) {
        return block.label.empty()
                   ? block.kind == pem_block::state::nul && !any_of_kind
                   : !kind.resembles(block.label) &&
                         !(any_of_kind && &kind == &certificates && is_container(block.label));
    });
    const auto count = static_cast<std::size_t>(std::ranges::count_if(blocks, is_block));
    std::size_t index = 0;
    for (pem_block& block : blocks) {
        der_blob der;
        std::size_t error_at = 0;
        const bool counts = is_block(block);
        index += counts ? 1 : 0;
        const std::optional<block_error> error =
            counts ? take_block(block, kind, file.argument(), der, error_at)
                   : describe_stray(block, kind);
        if (!error) {
            out.push_back({std::move(block.label), std::move(der)});
            continue;
        }
        const std::size_t offset =
            error_at == 0 ? block.at
                          : static_cast<std::size_t>(block.content.data() - text.data()) + error_at;
        const std::string line = "line " + std::to_string(line_of(text, offset));
        const std::string place =
            counts ? std::string(kind.noun) + " " + std::to_string(index) + " of " +
                         std::to_string(count) + " in " + file.name() + ", at " + line + ", "
                   : line + " of " + file.name() +
                         (index == 0 ? std::string(" ")
                                     : ", after " + std::string(kind.noun) + " " +
                                           std::to_string(index) + ", ");
        diagnosis =
            file.diagnosis(place + error->text, error->hint.empty() ? kind.hint : error->hint);
        return false;
    }
    return true;
}

} // namespace

tls_diagnosis pem_file::diagnosis(std::string text, std::string hint) const
{
    tls_diagnosis diagnosis;
    diagnosis.kind = kind;
    diagnosis.path = path;
    diagnosis.text = (memory.empty() ? std::string(option) + ": " : "") + std::move(text);
    diagnosis.hint = std::move(hint);
    return diagnosis;
}

bool read_file(const pem_file& file, std::string& text, tls_diagnosis& diagnosis)
{
    if (!file.memory.empty()) {
        text = file.memory;
        return true;
    }
    const auto fail = [&](std::string message, std::string hint) {
        diagnosis = file.diagnosis(std::move(message), std::move(hint));
        return false;
    };
    struct stat info{};
    if (::stat(file.path.c_str(), &info) != 0) {
        const int code = errno;
        return fail("cannot open " + file.path + ": " + std::strerror(code),
                    code == ENOENT
                        ? "check the path; a relative one starts at the working directory"
                        : "check the path and its permissions");
    }
    if (S_ISDIR(info.st_mode)) {
        return fail(file.path + " is a directory", "name one PEM file in it");
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.path.c_str(), "rbe"),
                                                             &std::fclose);
    if (!in) {
        return fail("cannot open " + file.path + ": " + std::strerror(errno),
                    "let the user of this process read it");
    }
    // The size is only a hint, since a pipe has none. With one byte more, the first read sees the
    // end.
    std::size_t room = info.st_size > 0 ? static_cast<std::size_t>(info.st_size) + 1 : 16384;
    std::size_t length = 0;
    for (std::size_t requested = 0, n = 0; n == requested && length <= max_file;
         room = length * 2) {
        text.resize(std::min(room, max_file + 1));
        requested = text.size() - length;
        n = std::fread(text.data() + length, 1, requested, in.get());
        length += n;
    }
    text.resize(length);
    if (std::ferror(in.get()) != 0) {
        return fail("cannot read " + file.path, "check the file");
    }
    if (text.size() > max_file) {
        return fail(file.path + " is larger than 16 MiB", "name a PEM file with certificates only");
    }
    return true;
}

bool read_certificates(const pem_file& file, std::string_view text, std::vector<der_blob>& out,
                       tls_diagnosis& diagnosis)
{
    std::vector<taken_block> blocks;
    if (!take_blocks(file, text, certificates, blocks, diagnosis)) {
        return false;
    }
    if (blocks.empty()) {
        block_error error = describe_content(text, file.argument());
        diagnosis = file.diagnosis(file.name() + " " + error.text, std::move(error.hint));
        return false;
    }
    std::ranges::transform(blocks, std::back_inserter(out),
                           [](taken_block& block) { return std::move(block.der); });
    return true;
}

bool read_crls(const pem_file& file, std::string_view text, std::vector<der_blob>& out,
               tls_diagnosis& diagnosis)
{
    std::vector<taken_block> blocks;
    if (!take_blocks(file, text, revocation_lists, blocks, diagnosis)) {
        return false;
    }
    if (blocks.empty()) {
        diagnosis =
            file.diagnosis(file.name() + " holds no block of X509 CRL",
                           "name a file that has a BEGIN X509 CRL line, or one in DER form");
        return false;
    }
    std::ranges::transform(blocks, std::back_inserter(out),
                           [](taken_block& block) { return std::move(block.der); });
    return true;
}

bool read_private_key(const pem_file& file, std::string_view text, secret& pem,
                      tls_diagnosis& diagnosis)
{
    std::vector<taken_block> blocks;
    bool good = take_blocks(file, text, private_keys, blocks, diagnosis);
    if (good && blocks.size() != 1) {
        good = false;
        diagnosis = blocks.empty()
                        ? file.diagnosis(file.name() + " holds no private key in PEM form",
                                         "name a file that has a BEGIN PRIVATE KEY line")
                        : file.diagnosis(file.name() + " holds " + std::to_string(blocks.size()) +
                                             " private keys",
                                         "keep the one that tls_client_cert was made for");
    }
    if (good) {
        std::string key_pem = to_pem(blocks.front().der, blocks.front().label);
        pem = secret(key_pem);
        wipe(key_pem.data(), key_pem.size());
    }
    for (taken_block& block : blocks) {
        wipe(block.der.data(), block.der.size());
    }
    return good;
}

void collect_certificates(std::string_view text, std::vector<der_blob>& out)
{
    for (const pem_block& block : split_pem(text)) {
        der_blob der;
        if (block.kind == pem_block::state::whole && certificates.accepts(block.label) &&
            decode(block.content, der) && parse_certificate(der)) {
            out.push_back(std::move(der));
        }
    }
}

std::string to_pem(der_bytes der, std::string_view label)
{
    constexpr std::size_t bytes_of_line = 48;
    std::string out;
    // Reallocation would leave copies of a key.
    out.reserve(der.size() * 3 / 2 + 2 * label.size() + 64);
    out.append("-----BEGIN ").append(label).append("-----\n");
    while (!der.empty()) {
        const der_bytes line = der.first(std::min(der.size(), bytes_of_line));
        base64_encode(line, base64::standard, out);
        out += '\n';
        der = der.subspan(line.size());
    }
    return out.append("-----END ").append(label).append("-----\n");
}

std::string ordinal(std::size_t index, std::size_t count, std::string_view path)
{
    return "certificate " + std::to_string(index) + " of " + std::to_string(count) + " in " +
           std::string(path);
}

} // namespace coquest::inline v0::detail
