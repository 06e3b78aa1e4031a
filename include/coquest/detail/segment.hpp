// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The memory of rows: segments that are filled once, pass from buffer to queue to socket without a
// copy, and return to be filled again.
#pragma once

#include <coquest/detail/language.hpp>

#include <cstddef>
#include <new>
#include <utility>

namespace coquest::inline v0::detail {

/// The header of a piece of memory that holds encoded rows. A segment_chain or a segment_store
/// owns it.
struct segment {
    segment* next = nullptr;
    std::size_t capacity = 0; // bytes after the header
    std::size_t size = 0;     // filled bytes

    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* data() const noexcept
    {
        return reinterpret_cast<const char*>(this + 1);
    }

    /// Allocates a segment; throws std::bad_alloc.
    [[nodiscard]] static segment* make(std::size_t capacity)
    {
        auto* result = ::new (::operator new(sizeof(segment) + capacity)) segment;
        result->capacity = capacity;
        return result;
    }
    static void destroy(segment* unused) noexcept { ::operator delete(unused); }
};

/// Owns a list of segments.
class segment_chain {
public:
    segment_chain() noexcept = default;
    segment_chain(segment_chain&& other) noexcept { swap(other); }
    segment_chain& operator=(segment_chain&& other) noexcept
    {
        segment_chain(std::move(other)).swap(*this);
        return *this;
    }
    ~segment_chain() { clear(); }

    [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
    [[nodiscard]] segment* front() const noexcept { return head_; }
    [[nodiscard]] segment* back() const noexcept { return tail_; }
    /// Returns the sum of the sizes that the segments had when they were added.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    void push_back(segment* added) noexcept
    {
        added->next = nullptr;
        (tail_ != nullptr ? tail_->next : head_) = added;
        tail_ = added;
        bytes_ += added->size;
    }
    [[nodiscard]] segment* pop_front() noexcept
    {
        segment* removed = head_;
        head_ = removed->next;
        if (head_ == nullptr) {
            tail_ = nullptr;
        }
        bytes_ -= removed->size;
        return removed;
    }
    /// Adds @p n filled bytes to the last segment.
    void grow_back(std::size_t n) noexcept
    {
        tail_->size += n;
        bytes_ += n;
    }
    /// Moves the segments of @p other behind those of this chain.
    void append(segment_chain&& other) noexcept
    {
        if (other.empty()) {
            return;
        }
        (tail_ != nullptr ? tail_->next : head_) = other.head_;
        tail_ = std::exchange(other.tail_, nullptr);
        bytes_ += std::exchange(other.bytes_, 0);
        other.head_ = nullptr;
    }
    void clear() noexcept
    {
        while (!empty()) {
            segment::destroy(pop_front());
        }
    }
    void swap(segment_chain& other) noexcept
    {
        std::swap(head_, other.head_);
        std::swap(tail_, other.tail_);
        std::swap(bytes_, other.bytes_);
    }

private:
    segment* head_ = nullptr;
    segment* tail_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Holds rows that are sent together.
struct batch {
    segment_chain chain;
    std::size_t rows = 0;
    bool server_time = false; // whether some rows are of at_now: repeated, they are other rows

    [[nodiscard]] std::size_t bytes() const noexcept { return chain.bytes(); }
    /// Moves the rows of @p other behind those of this batch.
    void append(batch&& other) noexcept
    {
        chain.append(std::move(other.chain));
        rows += std::exchange(other.rows, 0);
        server_time = server_time || other.server_time;
    }
};

} // namespace coquest::inline v0::detail
