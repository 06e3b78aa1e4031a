// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/pem.hpp"

#include "core/base64.hpp"
#include "tls/der.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include <sys/stat.h>

namespace coquest::detail {
namespace {

constexpr std::size_t max_file = std::size_t{16} << 20U; // Mozilla's whole bundle has 220 kB
constexpr std::string_view certificate_label = "CERTIFICATE";

bool is_space(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool decode_digits(std::string_view digits, der_certificate& out)
{
    out.resize(digits.size());
    const std::optional<std::size_t> size = base64_decode(digits, base64::standard, out);
    out.resize(size.value_or(0));
    return size.has_value();
}

// Line by line, since a bundle is long; white space within a line is rare.
bool decode(std::string_view block, der_certificate& out)
{
    std::string digits;
    digits.reserve(block.size());
    for (std::string_view rest = block; !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (!line.empty() && is_space(line.back())) {
            line.remove_suffix(1);
        }
        digits += line;
    }
    if (decode_digits(digits, out)) {
        return true;
    }
    std::erase_if(digits, is_space);
    return decode_digits(digits, out);
}

// The blocks of one kind in a text, one at a time; certificates are looked at. A begin line counts
// only at the start of a line, so that comments may quote one.
class block_reader {
public:
    enum class state { good, bad_base64, not_x509, cut_off, end };

    explicit block_reader(std::string_view text, std::string_view label = certificate_label)
        : rest_(text), begin_("-----BEGIN " + std::string(label) + "-----"),
          end_("-----END " + std::string(label) + "-----"),
          certificates_(label == certificate_label)
    {
    }

    state next(der_certificate& out)
    {
        out.clear();
        const std::size_t begin = find_line(rest_, begin_);
        if (begin == std::string_view::npos) {
            return state::end;
        }
        rest_.remove_prefix(begin + begin_.size());
        const std::size_t end = rest_.find("-----");
        if (end == std::string_view::npos || !rest_.substr(end).starts_with(end_)) {
            return state::cut_off; // the next search starts behind this begin line
        }
        const bool decoded = decode(rest_.substr(0, end), out);
        rest_.remove_prefix(end + end_.size());
        if (!decoded) {
            return state::bad_base64;
        }
        return !certificates_ || parse_certificate(out) ? state::good : state::not_x509;
    }

    static std::size_t find_line(std::string_view text, std::string_view line) noexcept
    {
        std::size_t at = text.find(line);
        while (at != std::string_view::npos && at != 0 && text[at - 1] != '\n' &&
               !(at == 3 && text.starts_with("\xef\xbb\xbf"))) { // a byte order mark
            at = text.find(line, at + 1);
        }
        return at;
    }

private:
    std::string_view rest_;
    std::string begin_;
    std::string end_;
    bool certificates_;
};

std::size_t count_blocks(std::string_view text)
{
    std::size_t count = 0;
    der_certificate ignored;
    for (block_reader blocks(text); blocks.next(ignored) != block_reader::state::end;) {
        ++count;
    }
    return count;
}

struct finding {
    std::string what;
    std::string hint;
};

std::string convert_by(const char* command, const std::string& path)
{
    return std::string("convert it: openssl ") + command + " -in " + path + " -out " + path +
           ".pem";
}

finding describe_der(der_bytes der, const std::string& path)
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

// Says what a file without any certificate is. Its content stays out of the message: it may be the
// wrong file and hold a secret.
finding describe_content(std::string_view text, const std::string& path)
{
    const std::string want = "name a PEM file that has BEGIN CERTIFICATE lines";
    const auto has = [&](std::string_view part) {
        return text.find(part) != std::string_view::npos;
    };
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
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
        return {"is UTF-16 text", "save it as plain ASCII or UTF-8"};
    }
    if (has("BEGIN TRUSTED CERTIFICATE-----")) {
        return {"holds a certificate in OpenSSL's TRUSTED form", convert_by("x509", path)};
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

std::string_view describe_block(block_reader::state state) noexcept
{
    switch (state) {
    case block_reader::state::bad_base64: return "has bad base64";
    case block_reader::state::cut_off: return "is cut off: its END CERTIFICATE line is missing";
    default: return "is not an X.509 certificate";
    }
}

} // namespace

tls_diagnosis pem_file::fault(std::string what, std::string hint) const
{
    tls_diagnosis why;
    why.kind = kind;
    why.path = path;
    why.text = (memory.empty() ? std::string(option) + ": " : "") + std::move(what);
    why.hint = std::move(hint);
    return why;
}

bool read_file(const pem_file& file, std::string& text, tls_diagnosis& why)
{
    if (!file.memory.empty()) {
        text = file.memory;
        return true;
    }
    const auto fail = [&](std::string what, std::string hint) {
        why = file.fault(std::move(what), std::move(hint));
        return false;
    };
    struct stat status{};
    if (::stat(file.path.c_str(), &status) != 0) {
        const int code = errno;
        return fail("cannot open " + file.path + ": " + std::strerror(code),
                    code == ENOENT
                        ? "check the path; a relative one starts at the working directory"
                        : "check the path and its permissions");
    }
    if (S_ISDIR(status.st_mode)) {
        return fail(file.path + " is a directory", "name one PEM file in it");
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.path.c_str(), "rb"),
                                                             &std::fclose);
    if (!in) {
        return fail("cannot open " + file.path + ": " + std::strerror(errno),
                    "let the user of this process read it");
    }
    // The size is only a hint: a pipe has none. One byte more than it notices the end at once.
    std::size_t room = status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1 : 16384;
    std::size_t length = 0;
    for (std::size_t asked = 0, n = 0; n == asked && length <= max_file; room = length * 2) {
        text.resize(std::min(room, max_file + 1));
        asked = text.size() - length;
        n = std::fread(text.data() + length, 1, asked, in.get());
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

bool read_certificates(const pem_file& file, std::string_view text,
                       std::vector<der_certificate>& out, tls_diagnosis& why)
{
    using state = block_reader::state;
    block_reader blocks(text);
    std::size_t index = 0;
    der_certificate der;
    for (state found = blocks.next(der); found != state::end; found = blocks.next(der)) {
        ++index;
        if (found != state::good) {
            why = file.fault(ordinal(index, count_blocks(text), file.name()) + " " +
                                 std::string(describe_block(found)),
                             "copy that certificate again, or remove it");
            return false;
        }
        out.push_back(der);
    }
    if (index == 0) {
        finding found = describe_content(text, file.argument());
        why = file.fault(file.name() + " " + found.what, std::move(found.hint));
        return false;
    }
    return true;
}

bool read_blocks(const pem_file& file, std::string_view text, std::string_view label,
                 std::vector<der_certificate>& out, tls_diagnosis& why)
{
    using state = block_reader::state;
    block_reader blocks(text, label);
    der_certificate der;
    for (state found = blocks.next(der); found != state::end; found = blocks.next(der)) {
        if (found != state::good) {
            why = file.fault(file.name() + ": a block of " + std::string(label) +
                                 (found == state::cut_off ? " is cut off" : " has bad base64"),
                             "fetch the file again");
            return false;
        }
        out.push_back(der);
    }
    if (out.empty()) {
        why = file.fault(file.name() + " holds no block of " + std::string(label),
                         "name a file in PEM form that has, or one in DER form");
        return false;
    }
    return true;
}

void collect_certificates(std::string_view text, std::vector<der_certificate>& out)
{
    using state = block_reader::state;
    block_reader blocks(text);
    der_certificate der;
    for (state found = blocks.next(der); found != state::end; found = blocks.next(der)) {
        if (found == state::good) {
            out.push_back(der);
        }
    }
}

std::string ordinal(std::size_t index, std::size_t count, std::string_view path)
{
    return "certificate " + std::to_string(index) + " of " + std::to_string(count) + " in " +
           std::string(path);
}

} // namespace coquest::detail
