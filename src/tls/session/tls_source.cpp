// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/tls_source.hpp"

#include "tls/failure_text.hpp"

#include <utility>

namespace coquest::detail {
namespace {

// What is in use, for senders to come. It keeps nothing alive: with the last sender the keys and
// the memory of its options go.
struct registry {
    std::mutex mutex;
    std::vector<std::weak_ptr<const tls_context>> contexts;

    static registry& of_process()
    {
        static registry one;
        return one;
    }
};

std::shared_ptr<const tls_context> make_context(const tls_options& options, tls_factory make,
                                                std::vector<file_stamp> stamps, tls_diagnosis& why)
{
    auto made = std::make_shared<tls_context>();
    made->make = make;
    made->options = options;
    made->stamps = std::move(stamps);
    made->backend = make(options, why);
    return made->backend ? made : nullptr;
}

// Two that want the same at once get one: the second waits for the first.
std::shared_ptr<const tls_context> context_for(const tls_options& options, tls_factory make,
                                               bool fresh, tls_diagnosis& why)
{
    registry& all = registry::of_process();
    const std::scoped_lock lock(all.mutex);
    std::vector<file_stamp> stamps = stamps_of(options);
    std::erase_if(all.contexts, [](const auto& one) { return one.expired(); });
    for (auto& one : all.contexts) {
        const auto known = one.lock();
        if (!fresh && known && known->make == make && known->stamps == stamps &&
            known->options == options) {
            return known;
        }
    }
    auto made = make_context(options, make, std::move(stamps), why);
    if (made) {
        // before older ones: whoever asks next gets what is new
        all.contexts.insert(all.contexts.begin(), made);
    }
    return made;
}

} // namespace

std::shared_ptr<tls_source> tls_source::create(const tls_options& options, tls_factory make,
                                               tls_diagnosis& why)
{
    auto first = context_for(options, make, false, why);
    return first ? std::make_shared<tls_source>(std::move(first)) : nullptr;
}

std::unique_ptr<any_tls_session> tls_source::make_session(std::string_view host, std::uint16_t port,
                                                          tls_diagnosis& why) const
{
    std::vector<tls_notice> news;
    std::shared_ptr<const tls_context> now;
    {
        const std::scoped_lock lock(mutex_);
        if (current_->options.reload) {
            news = refresh();
        }
        now = current_;
    }
    auto made = now->backend->make_session(host, port, why);
    for (tls_notice& one : news) {
        if (made) {
            made->add_notice(std::move(one));
        }
    }
    return made;
}

// Files that can't be loaded are tried again when they change again.
std::vector<tls_notice> tls_source::refresh() const
{
    std::vector<file_stamp> stamps = stamps_of(current_->options);
    if (stamps == current_->stamps || stamps == failed_) {
        return {};
    }
    tls_diagnosis why;
    auto made = context_for(current_->options, current_->make, false, why);
    if (!made) {
        failed_ = std::move(stamps);
        const fault problem = tls_fault("", std::move(why));
        return {{tls_notice::what::reload_failed, problem.info.message, problem.info.path, 0}};
    }
    failed_.clear();
    current_ = std::move(made);
    return {{tls_notice::what::reloaded, {}, {}, 0}};
}

bool tls_source::reload(tls_diagnosis& why)
{
    const std::scoped_lock lock(mutex_);
    auto made = context_for(current_->options, current_->make, true, why);
    if (!made) {
        return false;
    }
    failed_.clear();
    current_ = std::move(made);
    return true;
}

} // namespace coquest::detail
