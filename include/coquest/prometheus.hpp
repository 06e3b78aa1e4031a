// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The counters of senders as a page for Prometheus.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/metrics.hpp>

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace coquest::inline v0 {

/// Holds names and values of labels, such as `{{"sender", "trades"}}`.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// Holds the numbers of one sender with the labels that identify it.
struct metrics_sample {
    metrics_snapshot values; ///< the numbers
    metric_labels labels;    ///< the labels of each metric of this sample
};

/// Formats the numbers of one sender in the text format of Prometheus. Serve the result as
/// `text/plain; version=0.0.4; charset=utf-8`.
///
/// Errors: errc::invalid_name if the name of a label has other characters than letters, digits and
/// underscores, begins with a digit or with two underscores, appears twice, or is a label of
/// coquest (`le`, `kind`, `status`); errc::invalid_utf8 if the value of a label is not UTF-8.
/// Threads: any.
[[nodiscard]] std::string to_prometheus(const metrics_snapshot& values,
                                        const metric_labels& labels = {});
/// Formats the numbers of several senders as one page. The format requires all samples of a metric
/// in one place, so that separate pages cannot be joined. Each sample needs different labels.
/// Errors, threads: as for the numbers of one sender.
[[nodiscard]] std::string to_prometheus(std::span<const metrics_sample> samples);

} // namespace coquest::inline v0
