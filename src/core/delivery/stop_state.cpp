// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/stop_state.hpp"

#include <string>

namespace coquest::inline v0::detail {

void stop_state::record_stop(status&& failure) noexcept
{
    failure_ = std::move(failure);
    ++stops_;
    is_stop_reported_ = false;
}

const status& stop_state::report_stop() noexcept
{
    is_stop_reported_ = true;
    return failure_;
}

status stop_state::report_stop_once()
{
    return std::exchange(is_stop_reported_, true) ? status() : failure_;
}

bool stop_state::is_transient() const noexcept
{
    return failure_.info().state != delivery::rejected && failure_.code() != errc::auth_error;
}

void stop_state::record_rejection(status&& failure) noexcept
{
    rejection_ = std::move(failure);
    ++rejections_;
    has_unreported_ = true;
}

status stop_state::report_rejection(std::size_t rejected_rows, std::size_t unacknowledged_rows)
{
    has_unreported_ = false;
    status report = rejection_;
    report.amend().unacknowledged_rows = unacknowledged_rows;
    report.amend().message += "; " + std::to_string(rejected_rows) +
                              (rejected_rows == 1 ? " rejected row is" : " rejected rows are") +
                              " kept: take_unacknowledged() hands them back";
    return report;
}

} // namespace coquest::inline v0::detail
