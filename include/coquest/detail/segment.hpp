// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The memory of rows: blocks that are filled once, handed from buffer to queue to socket without a
// copy, and come back to be filled again.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace coquest::detail {

/// A block of memory with a header in front. Its owner is a segment_chain or a buffer.
struct segment {
    segment* next = nullptr;
    std::size_t capacity = 0; // bytes that follow the header
    std::size_t size = 0;     // bytes filled, from the first

    [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* data() const noexcept
    {
        return reinterpret_cast<const char*>(this + 1);
    }

    /// Allocates a segment; throws std::bad_alloc.
    [[nodiscard]] static segment* make(std::size_t capacity)
    {
        auto* made = ::new (::operator new(sizeof(segment) + capacity)) segment;
        made->capacity = capacity;
        return made;
    }
    static void destroy(segment* one) noexcept { ::operator delete(one); }
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

    void push_back(segment* one) noexcept
    {
        one->next = nullptr;
        (tail_ != nullptr ? tail_->next : head_) = one;
        tail_ = one;
        bytes_ += one->size;
    }
    [[nodiscard]] segment* pop_front() noexcept
    {
        segment* one = head_;
        head_ = one->next;
        if (head_ == nullptr) {
            tail_ = nullptr;
        }
        bytes_ -= one->size;
        return one;
    }
    /// Takes note that @p n more bytes of the last segment are filled.
    void grow_back(std::size_t n) noexcept
    {
        tail_->size += n;
        bytes_ += n;
    }
    /// Moves all of @p other behind what is here.
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

/// Whole rows on their way to the server.
struct batch {
    segment_chain chain;
    std::size_t rows = 0;
    bool server_time = false; // of some rows, which are another row each time they are stored

    [[nodiscard]] std::size_t bytes() const noexcept { return chain.bytes(); }
    /// Moves the rows of @p other behind those that are here.
    void append(batch&& other) noexcept
    {
        chain.append(std::move(other.chain));
        rows += std::exchange(other.rows, 0);
        server_time = server_time || other.server_time;
    }
};

} // namespace coquest::detail
