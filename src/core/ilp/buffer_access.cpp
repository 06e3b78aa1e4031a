// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/buffer_access.hpp>

#include <cstddef>
#include <new>
#include <string>
#include <utility>

namespace coquest::inline v0 {
namespace detail {

void buffer_access::set_pending(buffer& owner, std::uint64_t sender, std::uint64_t batch) noexcept
{
    owner.pending_sender_ = sender;
    owner.pending_batch_ = batch;
}

std::uint64_t buffer_access::pending_batch(const buffer& owner, std::uint64_t sender) noexcept
{
    return owner.pending_sender_ == sender ? owner.pending_batch_ : 0;
}

batch buffer_access::take(buffer& source)
{
    batch taken = source.writer_.memory().take();
    source.marker_.reset();
    return taken;
}

batch buffer_access::take_to_wait(buffer& source)
{
    batch taken = source.writer_.memory().take_to_wait();
    source.marker_.reset();
    return taken;
}

void buffer_access::put_back(buffer& target, batch&& rows) noexcept
{
    target.writer_.memory().put_back(std::move(rows));
    target.marker_.reset();
}

batch buffer_access::copy(const buffer& source)
{
    return source.writer_.memory().copy();
}

void buffer_access::recycle(buffer& target, segment_chain&& chain, std::size_t most) noexcept
{
    target.writer_.memory().recycle(std::move(chain), most);
}

std::string buffer_access::open_row(const buffer& rows)
{
    return rows.writer_.open_row();
}

status buffer_access::insert_row(buffer& target, buffer& source)
{
    segment_store& memory = target.writer_.memory();
    if (memory.size() + source.size() > memory.max_size()) {
        status full(errc::invalid_api_call, memory.lack_of_room(source.size()));
        source.clear();
        return full;
    }
    memory.insert(source.writer_.memory());
    source.clear();
    return {};
}

buffer& buffer_access::no_rows() noexcept
{
    static buffer* const none = [] {
        alignas(
            buffer) static std::byte memory[sizeof(buffer)]; // never destroyed: senders may use it
        auto* const instance = ::new (static_cast<void*>(memory)) buffer;
        instance->writer_.ignore_rows();
        return instance;
    }();
    return *none;
}

void buffer_access::refuse_time_point(buffer& rows)
{
    rows.writer_.refuse_time_point();
}

status buffer_access::finish(buffer& rows)
{
    return rows.writer_.finish_now() ? status() : rows.writer_.take_problem();
}

status buffer_access::finish(buffer& rows, timestamp_micros value)
{
    return rows.writer_.finish_at(value) ? status() : rows.writer_.take_problem();
}

status buffer_access::finish(buffer& rows, timestamp_nanos value)
{
    return rows.writer_.finish_at(value) ? status() : rows.writer_.take_problem();
}

} // namespace detail
} // namespace coquest::inline v0
