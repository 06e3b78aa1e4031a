// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Prometheus' text exposition format, version 0.0.4.

#include <coquest/prometheus.hpp>

#include "core/metrics/metrics_table.hpp"
#include "core/text/utf8.hpp"

#include <algorithm>

namespace coquest::inline v0 {
namespace {

// Returns the name of an enumerator as a label value.
std::string_view name_of(errc code) noexcept
{
    switch (code) {
    case errc::could_not_resolve_addr: return "could_not_resolve_addr";
    case errc::invalid_api_call: return "invalid_api_call";
    case errc::socket_error: return "socket_error";
    case errc::invalid_utf8: return "invalid_utf8";
    case errc::invalid_name: return "invalid_name";
    case errc::invalid_timestamp: return "invalid_timestamp";
    case errc::auth_error: return "auth_error";
    case errc::tls_error: return "tls_error";
    case errc::http_not_supported: return "http_not_supported";
    case errc::server_flush_error: return "server_flush_error";
    case errc::config_error: return "config_error";
    case errc::array_error: return "array_error";
    case errc::protocol_version_error: return "protocol_version_error";
    case errc::invalid_decimal: return "invalid_decimal";
    case errc::timed_out: return "timed_out";
    case errc::would_block: return "would_block";
    case errc::closed: return "closed";
    case errc::cancelled: return "cancelled";
    }
    return "other";
}

bool is_label_name(std::string_view name) noexcept
{
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    // Prometheus reserves names that begin with two underscores
    return !name.empty() && letter(name.front()) && !name.starts_with("__") &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

[[noreturn]] void refuse(errc code, std::size_t index, std::string_view message)
{
    throw error(code, "label " + std::to_string(index + 1) + ": " + std::string(message));
}

void check_label(const metric_labels& labels, std::size_t index)
{
    const auto& [name, value] = labels[index];
    if (!is_label_name(name)) {
        refuse(errc::invalid_name, index,
               "its name must consist of letters, digits and underscores, and begin with a letter");
    }
    if (name == "le" || name == "kind" || name == "status") {
        refuse(errc::invalid_name, index,
               name + " is a label that coquest itself uses: choose another");
    }
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::any_of(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(index), same)) {
        refuse(errc::invalid_name, index, name + " appears twice");
    }
    if (detail::valid_utf8_prefix(value) != value.size()) {
        refuse(errc::invalid_utf8, index, "the value of " + name + " is not UTF-8");
    }
}

// Composes the page: the head of each metric, followed by its samples.
class page {
public:
    void begin(std::string_view name, std::string_view help, std::string_view type)
    {
        name_ = name;
        out_.append("# HELP ").append(name).append(" ").append(help);
        out_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    }
    void add(std::string_view suffix, const std::string& labels, std::string_view value)
    {
        out_.append(name_).append(suffix);
        if (!labels.empty()) {
            out_.append("{").append(labels).append("}");
        }
        out_.append(" ").append(value).append("\n");
    }
    void add(const std::string& labels, std::uint64_t value)
    {
        add("", labels, std::to_string(value));
    }
    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    std::string_view name_;
    std::string out_;
};

void append_label(std::string& labels, std::string_view name, std::string_view value)
{
    labels.append(labels.empty() ? "" : ",").append(name).append("=\"");
    for (const char c : value) {
        switch (c) {
        case '\n': labels += "\\n"; break;
        case '\\':
        case '"': labels += '\\'; [[fallthrough]];
        default: labels += c;
        }
    }
    labels += '"';
}

std::string with_label(std::string labels, std::string_view name, std::string_view value)
{
    append_label(labels, name, value);
    return labels;
}

std::string check_and_format(const metric_labels& labels)
{
    std::string out;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        check_label(labels, i);
        append_label(out, labels[i].first, labels[i].second);
    }
    return out;
}

// Returns a time in seconds as an exact decimal.
std::string seconds(std::uint64_t ns)
{
    constexpr std::uint64_t second = 1'000'000'000;
    std::string fraction = std::to_string(second + ns % second); // a 1 and nine digits
    fraction.front() = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return std::to_string(ns / second) + (fraction == "." ? "" : fraction);
}

void add_errors(page& out, const metrics_snapshot& values, const std::string& labels)
{
    for (std::size_t i = 0; i < values.errors.size(); ++i) {
        out.add(with_label(labels, "kind", name_of(static_cast<errc>(i))), values.errors[i]);
    }
}

void add_http_errors(page& out, const metrics_snapshot& values, const std::string& labels)
{
    out.add(with_label(labels, "status", "other"), values.http_errors[0]);
    out.add(with_label(labels, "status", "3xx"), values.http_errors[3]);
    out.add(with_label(labels, "status", "4xx"), values.http_errors[4]);
    out.add(with_label(labels, "status", "5xx"), values.http_errors[5]);
}

void add_latency(page& out, const metrics_snapshot& values, const std::string& labels)
{
    const latency_histogram& latency = values.latency;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < latency.buckets.size(); ++i) {
        below += latency.buckets[i];
        const std::string bound = i < latency.bounds_us.size()
                                      ? seconds(std::uint64_t{latency.bounds_us[i]} * 1000)
                                      : "+Inf";
        out.add("_bucket", with_label(labels, "le", bound), std::to_string(below));
    }
    out.add("_sum", labels, seconds(latency.total_ns));
    out.add("_count", labels, std::to_string(below));
}

} // namespace

std::string to_prometheus(const metrics_snapshot& values, const metric_labels& labels)
{
    const metrics_sample sample{values, labels};
    return to_prometheus(std::span(&sample, 1));
}

std::string to_prometheus(std::span<const metrics_sample> samples)
{
    std::vector<std::string> labels;
    labels.reserve(samples.size());
    for (const metrics_sample& sample : samples) {
        labels.push_back(check_and_format(sample.labels));
    }
    page out;
    const auto add_all = [&](auto add) {
        for (std::size_t i = 0; i < samples.size(); ++i) {
            add(out, samples[i].values, labels[i]);
        }
    };
    for (const detail::metric& entry : detail::metrics_table) {
        out.begin(entry.name, entry.help, entry.gauge ? "gauge" : "counter");
        add_all([&entry](page& target, const metrics_snapshot& values, const std::string& label) {
            target.add(label, values.*entry.value);
        });
    }
    out.begin("coquest_errors_total", "Attempts and calls that failed, by kind.", "counter");
    add_all(add_errors);
    out.begin("coquest_http_errors_total", "HTTP responses that were errors, by status.",
              "counter");
    add_all(add_http_errors);
    out.begin("coquest_batch_latency_seconds",
              "Time from the first attempt to send a batch to its acknowledgement.", "histogram");
    add_all(add_latency);
    return std::move(out).take();
}

} // namespace coquest::inline v0
