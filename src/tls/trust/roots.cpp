// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/roots.hpp"

#include "tls/crl.hpp"
#include "tls/der.hpp"
#include "tls/failure_text.hpp"
#include "tls/webpki.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace coquest::detail {
namespace {

// Says what keeps a certificate from being trusted; empty where nothing does.
std::string unusable_because(const certificate& facts, std::chrono::sys_seconds now)
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

// Collects issuers from bundles: what is unusable, no CA or known already is passed over.
class bundle_collector {
public:
    bundle_collector(trust& out, std::chrono::sys_seconds now) : out_(out), now_(now) {}

    void add(der_bytes der)
    {
        if (seen_.contains(as_text(der))) {
            return;
        }
        const std::optional<certificate> facts = parse_certificate(der);
        if (!facts || !facts->is_ca || !unusable_because(*facts, now_).empty()) {
            return;
        }
        out_.issuers.push_back({{der.begin(), der.end()}, {}});
        seen_.insert(as_text(out_.issuers.back().der));
    }

    void add_pem(std::string_view text)
    {
        std::vector<der_certificate> found;
        collect_certificates(text, found);
        for (const der_certificate& der : found) {
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
    std::set<std::string_view> seen_; // what is in out_.issuers, which stays where it is
};

// The only place that names the bundle, so that a linker can drop it.
void add_webpki(bundle_collector& into)
{
    const std::size_t before = into.count();
    der_bytes rest = std::as_bytes(std::span(webpki_der, webpki_der_size));
    for (der_bytes one = first_element(rest); !one.empty(); one = first_element(rest)) {
        into.add(one);
        rest = rest.subspan(one.size());
    }
    if (into.count() != before) {
        into.note_source("Mozilla's bundle");
    }
}

// Adds a file; appends to `tried` what became of it.
bool add_file(const std::string& path, bundle_collector& into, std::string& tried)
{
    const std::size_t before = into.count();
    std::string text;
    tls_diagnosis why;
    const bool read = read_file({"os_roots", tls_failure::bad_roots, path}, text, why);
    if (read) {
        into.add_pem(text);
    }
    tried += tried.empty() ? "" : ", ";
    tried += path;
    tried += !read ? " (cannot be read)" : into.count() == before ? " (holds no new root)" : "";
    return read && into.count() != before;
}

bool add_directory(const std::string& path, bundle_collector& into, std::string& tried)
{
    const std::size_t before = into.count();
    std::error_code failed;
    std::filesystem::directory_iterator entries(path, failed);
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed)) {
        std::error_code ignored;
        if (entries->is_regular_file(ignored)) {
            std::string unused;
            add_file(entries->path().string(), into, unused);
        }
    }
    tried += tried.empty() ? "" : ", ";
    tried += path;
    tried += failed ? " (cannot be read)" : into.count() == before ? " (holds no new root)" : "";
    return into.count() != before;
}

std::string add_os(const os_store& os, bundle_collector& into)
{
    std::string tried;
    if (!os.file.empty() || !os.directories.empty()) {
        if (!os.file.empty() && add_file(os.file, into, tried)) {
            into.note_source(os.file);
        }
        for (const std::string& path : os.directory_list()) {
            if (add_directory(path, into, tried)) {
                into.note_source(path);
            }
        }
        return tried;
    }
    for (const std::string& path : os.usual_files) {
        if (add_file(path, into, tried)) {
            into.note_source(path);
            break;
        }
    }
    return tried;
}

bool load_bundles(const tls_options& options, const os_store& os, std::chrono::sys_seconds now,
                  trust& out, tls_diagnosis& why)
{
    bundle_collector into(out, now);
    std::string tried;
    if (options.ca != tls_ca::os_roots) {
        add_webpki(into);
        if (into.count() == 0) {
            tried = webpki_count == 0 ? "webpki_roots (not compiled in)" : "webpki_roots (expired)";
        }
    }
    if (options.ca != tls_ca::webpki_roots) {
        const std::string os_tried = add_os(os, into);
        tried += tried.empty() ? "" : ", ";
        tried += os_tried;
    }
    out.count = out.issuers.size();
    if (out.count == 0) {
        why = describe(tls_failure::bad_roots);
        why.text = "no trusted roots at " + date_text(now) + "; tried " + tried;
        why.hint = "install ca-certificates, set SSL_CERT_FILE, or name a PEM file with tls_roots; "
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

bool load_file(const pem_file& file, std::chrono::sys_seconds now, trust& out, tls_diagnosis& why)
{
    if (file.path.empty() && file.memory.empty()) {
        why = file.fault("no file is named", "set tls_roots to a PEM file, or another tls_ca");
        return false;
    }
    const std::string path = file.name();
    std::string text;
    if (!read_file(file, text, why) || !read_certificates(file, text, out.pins, why)) {
        return false;
    }
    // A bundle may hold old roots among good ones. Only a file with nothing else is a mistake.
    std::string first_problem;
    std::size_t index = 0;
    for (const der_certificate& der : out.pins) {
        std::string label = ordinal(++index, out.pins.size(), path);
        const std::optional<certificate> facts = parse_certificate(der);
        if (!facts) {
            continue;
        }
        out.dated.push_back(
            {label + ", \"" + name_text(facts->subject) + "\", for " + std::string(file.option),
             file.path, facts->not_after});
        if (const std::string problem = unusable_because(*facts, now); !problem.empty()) {
            if (first_problem.empty()) {
                first_problem = label;
                first_problem += ", \"" + name_text(facts->subject) + "\", " + problem;
            }
            continue;
        }
        ++out.count;
        if (facts->is_ca) {
            out.issuers.push_back({der, std::move(label)});
        }
    }
    if (out.count == 0) {
        why = file.fault(std::move(first_problem), "renew the certificate; check the clock");
        return false;
    }
    out.source = path;
    out.from_file = true;
    return true;
}

std::atomic<time_source> chosen_time{nullptr};

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

} // namespace

bool trust::is_pinned(der_bytes leaf) const noexcept
{
    return std::ranges::any_of(
        pins, [&](const der_certificate& pin) { return std::ranges::equal(pin, leaf); });
}

os_store os_store::from_environment()
{
    return {environment("SSL_CERT_FILE"),
            environment("SSL_CERT_DIR"),
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
    for (std::string_view rest = directories; !rest.empty();) {
        const std::string_view path = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), path.size() + 1));
        if (!path.empty()) {
            list.emplace_back(path);
        }
    }
    return list;
}

bool load_trust(const tls_options& options, const os_store& os, std::chrono::sys_seconds now,
                trust& out, tls_diagnosis& why)
{
    return options.ca == tls_ca::pem_file ? load_file(roots_file(options), now, out, why)
                                          : load_bundles(options, os, now, out, why);
}

std::optional<key_hash> trust::pin_of(const certificate& leaf) const
{
    key_hash hash{};
    return primitives != nullptr && primitives->sha256(leaf.key_info, hash) ? std::optional(hash)
                                                                            : std::nullopt;
}

std::shared_ptr<trust> make_trust(const tls_options& options, const crypto& library,
                                  tls_diagnosis& why)
{
    auto out = std::make_shared<trust>();
    out->keep_chain = options.keep_chain;
    out->primitives = &library;
    out->min = options.min;
    for (const std::string& pin : options.pins) {
        if (const auto hash = parse_pin(pin)) {
            out->key_pins.push_back(*hash);
            continue;
        }
        why = describe(tls_failure::unsupported);
        why.text = "tls_pin: a pin is sha256/ and the base64 of 32 bytes";
        why.hint = "take it from the message of a connection with a wrong one";
        return nullptr;
    }
    if (options.verify == tls_verify::unsafe_off) {
#ifdef COQUEST_INSECURE_SKIP_VERIFY
        out->verify = false;
        return out;
#else
        why = describe(tls_failure::unsupported);
        why.text = "tls_verify=unsafe_off: feature `insecure-skip-verify` is required";
        why.hint = "build coquest with -DCOQUEST_INSECURE_SKIP_VERIFY=ON (development only), or "
                   "name the server's certificate with tls_roots";
        return nullptr;
#endif
    }
    const auto now = current_time();
    if (!load_trust(options, os_store::from_environment(), now, *out, why) ||
        !load_crls(options, now, *out, why)) {
        return nullptr;
    }
    return out;
}

tls_diagnosis refused_root(const trusted_certificate& root, const trust& roots,
                           const std::string& reason)
{
    tls_diagnosis why = describe(tls_failure::bad_roots);
    why.text =
        "tls_roots: " + root.label + " is no CA that this TLS library can use (" + reason + ")";
    why.hint = "remove it from " + roots.source;
    why.path = roots.source;
    return why;
}

std::chrono::sys_seconds current_time() noexcept
{
    if (const time_source chosen = chosen_time) {
        return chosen();
    }
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void set_time_source(time_source source) noexcept
{
    chosen_time = source;
}

} // namespace coquest::detail
