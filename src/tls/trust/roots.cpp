// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/roots.hpp"

#include "core/config/environment.hpp"
#include "tls/trust/clock.hpp"
#include "tls/trust/webpki.hpp"
#include "tls/x509/der.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

// Returns why a certificate cannot be trusted; empty if it can.
std::string unusable_reason(const certificate& facts, std::chrono::sys_seconds now)
{
    if (facts.weak_key()) {
        return "has a key of only " + std::to_string(facts.key_bits) + " bits";
    }
    if (now > facts.not_after) {
        return "has expired on " + date_text(facts.not_after) + "; this machine's clock says " +
               date_text(now);
    }
    if (now < facts.not_before) {
        return "is not valid before " + date_text(facts.not_before) +
               "; this machine's clock says " + date_text(now);
    }
    return {};
}

// Collects issuers from bundles. Skips certificates that are unusable, not a CA, or duplicates.
class bundle_collector {
public:
    bundle_collector(trust& out, std::chrono::sys_seconds now) : out_(out), now_(now) {}

    void add(der_bytes der)
    {
        if (seen_.contains(as_text(der))) {
            return;
        }
        const std::optional<certificate> facts = parse_certificate(der);
        if (!facts || !facts->is_ca || !unusable_reason(*facts, now_).empty()) {
            return;
        }
        out_.issuers.push_back({{der.begin(), der.end()}, {}});
        seen_.insert(as_text(out_.issuers.back().der));
    }

    void add_pem(std::string_view text)
    {
        std::vector<der_blob> found;
        collect_certificates(text, found);
        for (const der_blob& der : found) {
            add(der);
        }
    }

    void note_source(std::string_view text)
    {
        out_.source += out_.source.empty() ? "" : " and ";
        out_.source += text;
    }

    [[nodiscard]] std::size_t count() const noexcept { return out_.issuers.size(); }

private:
    trust& out_;
    std::chrono::sys_seconds now_;
    std::set<std::string_view> seen_; // views into out_.issuers, whose bytes never move
};

// The only reference to the bundle, so that a linker can drop it.
void add_webpki(bundle_collector& collector)
{
    const std::size_t before = collector.count();
    der_bytes remaining = webpki_roots();
    for (der_bytes root = first_element(remaining); !root.empty();
         root = first_element(remaining)) {
        collector.add(root);
        remaining = remaining.subspan(root.size());
    }
    if (collector.count() != before) {
        collector.note_source("Mozilla's bundle");
    }
}

// Adds a file, and appends the outcome to `tried`.
bool add_file(const std::string& path, bundle_collector& collector, std::string& tried)
{
    const std::size_t before = collector.count();
    std::string text;
    tls_diagnosis diagnosis;
    const bool read = read_file({"os_roots", tls_failure::bad_roots, path}, text, diagnosis);
    if (read) {
        collector.add_pem(text);
    }
    tried += tried.empty() ? "" : ", ";
    tried += path;
    tried += !read                         ? " (cannot be read)"
             : collector.count() == before ? " (holds no new root)"
                                           : "";
    return read && collector.count() != before;
}

bool add_directory(const std::string& path, bundle_collector& collector, std::string& tried)
{
    const std::size_t before = collector.count();
    std::error_code failed;
    std::filesystem::directory_iterator entries(path, failed);
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
        std::error_code ignored;
        if (entries->is_regular_file(ignored)) {
            std::string unused;
            add_file(entries->path().string(), collector, unused);
        }
    }
    tried += tried.empty() ? "" : ", ";
    tried += path;
    tried += failed                        ? " (cannot be read)"
             : collector.count() == before ? " (holds no new root)"
                                           : "";
    return collector.count() != before;
}

std::string add_os(const os_store& os, bundle_collector& collector)
{
    std::string tried;
    if (!os.file.empty() || !os.directories.empty()) {
        if (!os.file.empty() && add_file(os.file, collector, tried)) {
            collector.note_source(os.file);
        }
        for (const std::string& path : os.directory_list()) {
            if (add_directory(path, collector, tried)) {
                collector.note_source(path);
            }
        }
        return tried;
    }
    for (const std::string& path : os.usual_files) {
        if (add_file(path, collector, tried)) {
            collector.note_source(path);
            break;
        }
    }
    return tried;
}

bool load_bundles(const tls_options& options, const os_store& os, std::chrono::sys_seconds now,
                  trust& out, tls_diagnosis& diagnosis)
{
    bundle_collector collector(out, now);
    std::string tried;
    if (options.ca != tls_ca::os_roots) {
        add_webpki(collector);
        if (collector.count() == 0) {
            tried = webpki_count == 0 ? "webpki_roots (not compiled in)" : "webpki_roots (expired)";
        }
    }
    if (options.ca != tls_ca::webpki_roots) {
        const std::string os_tried = add_os(os, collector);
        tried += tried.empty() ? "" : ", ";
        tried += os_tried;
    }
    out.count = out.issuers.size();
    if (out.count == 0) {
        diagnosis = describe(tls_failure::bad_roots);
        diagnosis.text = "no trusted roots at " + date_text(now) + "; tried " + tried;
        diagnosis.hint =
            "install ca-certificates, set SSL_CERT_FILE, or name a PEM file with tls_roots; "
            "check the clock";
        return false;
    }
    return true;
}

pem_file roots_file(const tls_options& options)
{
    return options.roots_pem.empty()
               ? pem_file{"tls_roots", tls_failure::bad_roots, options.roots}
               : pem_file{"tls_roots_pem", tls_failure::bad_roots, {}, options.roots_pem};
}

bool load_file(const pem_file& file, std::chrono::sys_seconds now, trust& out,
               tls_diagnosis& diagnosis)
{
    if (file.path.empty() && file.memory.empty()) {
        diagnosis =
            file.diagnosis("no file is named", "set tls_roots to a PEM file, or another tls_ca");
        return false;
    }
    const std::string path = file.name();
    std::string text;
    if (!read_file(file, text, diagnosis) ||
        !read_certificates(file, text, out.trusted_leaves, diagnosis)) {
        return false;
    }
    // A bundle may hold expired roots among good ones. It is an error only if all are unusable.
    std::string first_reason;
    std::size_t index = 0;
    for (const der_blob& der : out.trusted_leaves) {
        std::string label = ordinal(++index, out.trusted_leaves.size(), path);
        const std::optional<certificate> facts = parse_certificate(der);
        if (!facts) {
            continue;
        }
        out.dated.push_back(
            {label + ", \"" + name_text(facts->subject) + "\", for " + std::string(file.option),
             file.path, facts->not_after});
        if (const std::string reason = unusable_reason(*facts, now); !reason.empty()) {
            if (first_reason.empty()) {
                first_reason = label;
                first_reason += ", \"" + name_text(facts->subject) + "\", " + reason;
            }
            continue;
        }
        ++out.count;
        // Versions 1 and 2 have no basicConstraints. The user named the certificate, so it is an
        // anchor (RFC 5280 6.1).
        if (facts->is_ca || facts->version < 3) {
            out.issuers.push_back({der, std::move(label)});
        }
    }
    if (out.count == 0) {
        diagnosis =
            file.diagnosis(std::move(first_reason), "renew the certificate; check the clock");
        return false;
    }
    out.source = path;
    out.from_file = true;
    return true;
}

// A bundle may hold keys that this build of the library does not support; a user's file should not.
bool has_usable_keys(const trust& roots, tls_diagnosis& diagnosis)
{
    for (const trusted_certificate& root : roots.issuers) {
        const auto facts = root.label.empty() ? std::nullopt : parse_certificate(root.der);
        if (facts && !roots.primitives->can_use(facts->key_info)) {
            diagnosis = describe(tls_failure::bad_roots);
            diagnosis.text = "tls_roots: " + root.label +
                             " has a key of a kind or on a curve that this TLS library lacks";
            diagnosis.hint = "remove it from " + roots.source;
            diagnosis.path = roots.source;
            return false;
        }
    }
    return true;
}

std::string variable(const char* name)
{
    const char* value = environment(name);
    return value != nullptr ? value : "";
}

} // namespace

bool trust::is_trusted_leaf(der_bytes leaf) const noexcept
{
    return std::ranges::any_of(
        trusted_leaves, [&](const der_blob& trusted) { return std::ranges::equal(trusted, leaf); });
}

os_store os_store::from_environment()
{
    return {variable("SSL_CERT_FILE"),
            variable("SSL_CERT_DIR"),
            {
                "/etc/ssl/certs/ca-certificates.crt", // Debian, Arch
                "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL
                "/etc/ssl/ca-bundle.pem",             // SUSE
                "/etc/ssl/cert.pem",                  // Alpine, the BSDs, macOS
            }};
}

std::vector<std::string> os_store::directory_list() const
{
    std::vector<std::string> list;
    for (std::string_view remaining = directories; !remaining.empty();) {
        const std::string_view path = remaining.substr(0, remaining.find(':'));
        remaining.remove_prefix(std::min(remaining.size(), path.size() + 1));
        if (!path.empty()) {
            list.emplace_back(path);
        }
    }
    return list;
}

bool load_trust(const tls_options& options, const os_store& os, std::chrono::sys_seconds now,
                trust& out, tls_diagnosis& diagnosis)
{
    return options.ca == tls_ca::pem_file ? load_file(roots_file(options), now, out, diagnosis)
                                          : load_bundles(options, os, now, out, diagnosis);
}

std::optional<key_hash> trust::pin_of(const certificate& leaf) const
{
    key_hash hash{};
    return primitives != nullptr && primitives->sha256(leaf.key_info, hash) ? std::optional(hash)
                                                                            : std::nullopt;
}

std::shared_ptr<trust> make_trust(const tls_options& options, const crypto& library,
                                  tls_diagnosis& diagnosis)
{
    auto result = std::make_shared<trust>();
    result->keep_chain = options.keep_chain;
    result->primitives = &library;
    result->min = options.min;
    for (const std::string& pin : options.pins) {
        if (const auto hash = parse_pin(pin)) {
            result->key_pins.push_back(*hash);
            continue;
        }
        diagnosis = describe(tls_failure::unsupported);
        diagnosis.text = "tls_pin: a pin is sha256/ and the base64 of 32 bytes";
        diagnosis.hint =
            "connect with any pin of that form: the message names the pin of the server";
        return nullptr;
    }
    if (options.verify == tls_verify::unsafe_off) {
#ifdef COQUEST_INSECURE_SKIP_VERIFY
        result->verify = false;
        return result;
#else
        diagnosis = describe(tls_failure::unsupported);
        diagnosis.text = "tls_verify=unsafe_off: feature `insecure-skip-verify` is required";
        diagnosis.hint =
            "build coquest with -DCOQUEST_INSECURE_SKIP_VERIFY=ON (development only), or "
            "name the server's certificate with tls_roots";
        return nullptr;
#endif
    }
    if (!load_trust(options, os_store::from_environment(), current_time(), *result, diagnosis) ||
        !has_usable_keys(*result, diagnosis)) {
        return nullptr;
    }
    return result;
}

} // namespace coquest::inline v0::detail
