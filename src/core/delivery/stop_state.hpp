// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a stopped sender and a sender with rejected rows have to report, and whether they did.
#pragma once

#include <coquest/detail/status.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace coquest::inline v0::detail {

/// Knows the last failure that stopped the sender, the last rejection of rows that were set aside,
/// and whether a caller was told.
///
/// Each failure reaches at least one call: those that wait when it happens, or else the next one.
class stop_state {
public:
    /// Records that the sender stopped because of @p failure.
    void record_stop(status&& failure) noexcept;
    /// Returns how often the sender has stopped. A wait compares it with the number at its start.
    [[nodiscard]] std::uint64_t stops() const noexcept { return stops_; }
    /// Returns the failure of the last stop.
    [[nodiscard]] const status& failure() const noexcept { return failure_; }
    /// Returns the failure of the last stop, and marks it as reported.
    [[nodiscard]] const status& report_stop() noexcept;
    /// Returns the failure of the last stop the first time, and success from then on.
    [[nodiscard]] status report_stop_once();
    /// Returns true if the next call may start the sender again. Rejected rows and credentials
    /// that the server refused would only fail again.
    [[nodiscard]] bool is_transient() const noexcept;

    /// Records that rows were set aside as rejected because of @p failure.
    void record_rejection(status&& failure) noexcept;
    /// Returns how often rows were set aside as rejected.
    [[nodiscard]] std::uint64_t rejections() const noexcept { return rejections_; }
    /// Returns the failure of the rows that were set aside last.
    [[nodiscard]] const status& rejection() const noexcept { return rejection_; }
    [[nodiscard]] bool has_unreported_rejection() const noexcept { return has_unreported_; }
    /// Returns the error of the last rejection, and marks it as reported. @p rejected_rows are set
    /// aside, @p unacknowledged_rows are all rows that the sender holds.
    [[nodiscard]] status report_rejection(std::size_t rejected_rows,
                                          std::size_t unacknowledged_rows);
    /// Marks the rejection as reported, because the caller has the rows.
    void dismiss_rejection() noexcept { has_unreported_ = false; }

private:
    status failure_;
    status rejection_;
    std::uint64_t stops_ = 0;
    std::uint64_t rejections_ = 0;
    bool is_stop_reported_ = false;
    bool has_unreported_ = false;
};

} // namespace coquest::inline v0::detail
