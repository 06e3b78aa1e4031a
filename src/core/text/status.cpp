// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/status.hpp>

#include <cassert>
#include <utility>

namespace coquest::inline v0::detail {

struct status::failure {
    std::error_code code;
    diagnostics info;

    // The one that is shared, and never freed.
    static failure& of_memory() noexcept
    {
        static failure shared = [] {
            failure result{std::make_error_code(std::errc::not_enough_memory), {}};
            result.info.message = "no memory left"; // short enough to need none
            return result;
        }();
        return shared;
    }
};

status::status(errc code, std::string message) : failure_(new failure{code, {}})
{
    failure_->info.message = std::move(message);
}

status::status(std::error_code code, diagnostics info)
    : failure_(new failure{code, std::move(info)})
{
}

status::status(const status& other)
    : failure_(other.ok() || other.failure_ == &failure::of_memory() ? other.failure_
                                                                     : new failure(*other.failure_))
{
}

status status::out_of_memory() noexcept
{
    status result;
    result.failure_ = &failure::of_memory();
    return result;
}

const diagnostics& status::info() const noexcept
{
    static const diagnostics none;
    return ok() ? none : failure_->info;
}

diagnostics& status::amend()
{
    assert(!ok());
    if (failure_ == &failure::of_memory()) {
        failure_ = new failure(*failure_);
    }
    return failure_->info;
}

error status::to_error() const&
{
    return {code(), info()};
}

error status::to_error() &&
{
    return failure_ == &failure::of_memory() ? error(code(), failure_->info)
                                             : error(code(), std::move(failure_->info));
}

std::error_code status::code_of_failure() const noexcept
{
    return failure_->code;
}

void status::clear() noexcept
{
    if (failure_ != &failure::of_memory()) {
        delete failure_;
    }
}

} // namespace coquest::inline v0::detail
