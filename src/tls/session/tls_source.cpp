// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/session/tls_source.hpp"

#include "tls/trust/failure_text.hpp"

#include <utility>

namespace coquest::inline v0::detail {
namespace {

// The contexts in use, so that new senders can share them. It keeps none alive: keys and other
// memory are released with the last sender that uses them.
struct registry {
    std::mutex mutex;
    std::vector<std::weak_ptr<const tls_context>> contexts;

    static registry& instance()
    {
        static registry shared;
        return shared;
    }
};

std::shared_ptr<const tls_context> make_context(const tls_options& options, tls_factory make,
                                                std::vector<file_stamp> stamps,
                                                tls_diagnosis& diagnosis)
{
    auto context = std::make_shared<tls_context>();
    context->make = make;
    context->options = options;
    context->stamps = std::move(stamps);
    context->backend = make(options, diagnosis);
    return context->backend ? context : nullptr;
}

// Holds the lock while it makes a context, so concurrent callers with equal options share one.
std::shared_ptr<const tls_context> context_for(const tls_options& options, tls_factory make,
                                               bool fresh, tls_diagnosis& diagnosis)
{
    registry& shared = registry::instance();
    const std::scoped_lock lock(shared.mutex);
    std::vector<file_stamp> stamps = stamps_of(options);
    std::erase_if(shared.contexts, [](const auto& entry) { return entry.expired(); });
    for (auto& entry : shared.contexts) {
        const auto known = entry.lock();
        if (!fresh && known && known->make == make && known->stamps == stamps &&
            known->options == options) {
            return known;
        }
    }
    auto context = make_context(options, make, std::move(stamps), diagnosis);
    if (context) {
        // before older ones, so that the next caller finds the new one
        shared.contexts.insert(shared.contexts.begin(), context);
    }
    return context;
}

} // namespace

std::shared_ptr<tls_source> tls_source::create(const tls_options& options, tls_factory make,
                                               tls_diagnosis& diagnosis)
{
    auto context = context_for(options, make, false, diagnosis);
    return context ? std::make_shared<tls_source>(std::move(context)) : nullptr;
}

std::unique_ptr<any_tls_session> tls_source::make_session(std::string_view host, std::uint16_t port,
                                                          tls_diagnosis& diagnosis) const
{
    std::vector<tls_event> events;
    std::shared_ptr<const tls_context> context;
    {
        const std::scoped_lock lock(mutex_);
        if (current_->options.reload) {
            events = refresh();
        }
        context = current_;
    }
    auto session = context->backend->make_session(host, port, diagnosis);
    for (tls_event& event : events) {
        if (session) {
            session->add_event(std::move(event));
        }
    }
    return session;
}

// If the files cannot be loaded, the next attempt is made when they change again.
std::vector<tls_event> tls_source::refresh() const
{
    std::vector<file_stamp> stamps = stamps_of(current_->options);
    if (stamps == current_->stamps || stamps == failed_stamps_) {
        return {};
    }
    tls_diagnosis diagnosis;
    auto context = context_for(current_->options, current_->make, false, diagnosis);
    if (!context) {
        failed_stamps_ = std::move(stamps);
        const status result = tls_status("", std::move(diagnosis));
        return {{tls_event_kind::reload_failed, result.info().message, result.info().path, 0}};
    }
    failed_stamps_.clear();
    current_ = std::move(context);
    return {{tls_event_kind::reloaded, {}, {}, 0}};
}

bool tls_source::reload(tls_diagnosis& diagnosis)
{
    const std::scoped_lock lock(mutex_);
    auto context = context_for(current_->options, current_->make, true, diagnosis);
    if (!context) {
        return false;
    }
    failed_stamps_.clear();
    current_ = std::move(context);
    return true;
}

} // namespace coquest::inline v0::detail
