// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Parses one HTTP/1.1 response incrementally (RFC 9112). How the input is split does not change the
// result. The parser is strict if leniency would let two parties disagree about where a message
// ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {

/// Parses one response at a time. Its memory is bounded and is reused for the next response.
class http_response_parser {
public:
    static constexpr std::size_t max_head = 16 * 1024;      // status line, headers and trailers
    static constexpr unsigned max_informational = 8;        // 1xx responses before the final one
    static constexpr std::size_t max_body_kept = 64 * 1024; // the most that body() returns
    static constexpr std::size_t max_body = 1024 * 1024;    // a longer body fails
    static constexpr std::chrono::seconds max_retry_after{86400}; // a day

    enum class step {
        need_input, ///< call feed() with more bytes, or end_of_input()
        complete,   ///< the response is complete; further bytes are not part of it
        failed,     ///< problem() returns the reason; drop the connection
    };

    /// Parses @p in and sets @p consumed to the number of bytes used. A server may not send bytes
    /// after the end of the response: if some are left after `complete`, drop the connection.
    [[nodiscard]] step feed(std::span<const std::byte> in, std::size_t& consumed);

    /// Reports that the peer closed the connection, which completes a body without a length and
    /// nothing else. Call it only after an orderly end: FIN, or close_notify with TLS.
    [[nodiscard]] step end_of_input();

    /// Returns the status of the final response, also if its body failed later. Returns 0 before
    /// head_complete().
    [[nodiscard]] int status() const noexcept
    {
        return progress_.head_complete ? progress_.status : 0;
    }
    /// Returns whether the head of the final response is complete.
    [[nodiscard]] bool head_complete() const noexcept { return progress_.head_complete; }
    /// Returns whether a byte of a response has arrived.
    [[nodiscard]] bool started() const noexcept { return progress_.started; }
    /// Returns whether a byte of the final response has arrived. Interim responses (1xx) do not
    /// count.
    [[nodiscard]] bool final_started() const noexcept
    {
        return progress_.current != state::status_line || !line_.empty();
    }
    /// Returns the first max_body_kept bytes of the body.
    [[nodiscard]] std::string_view body() const noexcept { return body_; }
    /// Returns the number of bytes of the body that have arrived.
    [[nodiscard]] std::size_t body_size() const noexcept { return progress_.body_bytes; }
    /// Returns whether the response is complete and its framing proves that it has no content. A
    /// body that ends with the connection proves nothing.
    [[nodiscard]] bool has_no_content() const noexcept
    {
        return progress_.current == state::complete && progress_.body_bytes == 0 &&
               (progress_.status == 204 || progress_.has_length || progress_.chunked);
    }
    /// Returns whether the body was longer than body().
    [[nodiscard]] bool body_cut() const noexcept { return progress_.body_bytes > body_.size(); }
    /// Returns whether the connection may carry another request; true only after `complete`.
    [[nodiscard]] bool keep_alive() const noexcept
    {
        return progress_.current == state::complete && progress_.persistent && !progress_.close;
    }
    /// Returns the Content-Type, or an empty string if it is absent.
    [[nodiscard]] std::string_view content_type() const noexcept { return content_type_; }
    /// Returns the Server header, which names the program that answered, or an empty string.
    [[nodiscard]] std::string_view server() const noexcept { return server_; }
    /// Returns whether the body has a Content-Encoding, although the request did not ask for one.
    [[nodiscard]] bool encoded() const noexcept { return progress_.encoded; }
    /// Returns the Location, or an empty string if it is absent.
    [[nodiscard]] std::string_view location() const noexcept { return location_; }
    /// Returns Retry-After if it is a number of seconds, cut to max_retry_after. A date is ignored,
    /// because this layer has no clock.
    [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const noexcept
    {
        return progress_.retry_after;
    }
    /// Describes the error, after `failed`. If the answer is not HTTP, guesses which protocol it
    /// is.
    [[nodiscard]] const char* problem() const noexcept { return progress_.problem; }

    /// Prepares for the next response.
    void reset() noexcept;

private:
    enum class state : std::uint8_t {
        status_line,
        header_line,
        sized_body,   // remaining bytes
        chunk_size,   // a line
        chunk_data,   // remaining bytes
        chunk_end,    // an empty line
        trailer_line, // a header, which is ignored
        body_to_end,  // until the connection ends
        complete,
        failed,
    };

    struct progress {
        state current = state::status_line;
        int status = 0;
        bool started = false;       // a byte has arrived
        bool head_complete = false; // of the final response
        bool http_1_0 = false;
        bool persistent = true; // unless close
        bool close = false;
        bool chunked = false;
        bool has_length = false;
        bool encoded = false;
        unsigned informational = 0;
        std::size_t head_bytes = 0;
        std::size_t body_bytes = 0;
        std::size_t chunk_bytes = 0; // of lines between chunks
        std::uint64_t remaining = 0; // of the body or the chunk
        std::optional<std::chrono::seconds> retry_after;
        const char* problem = "";
    };

    void take_line(std::string_view& in);
    void take_body(std::string_view& in);
    void on_line(std::string_view line);
    void on_status_line(std::string_view line);
    void on_header(std::string_view name, std::string_view value);
    void on_content_length(std::string_view value);
    void on_transfer_encoding(std::string_view value);
    void on_content_encoding(std::string_view value);
    void on_connection(std::string_view value);
    void on_end_of_head();
    void on_chunk_size(std::string_view line);
    [[nodiscard]] std::size_t line_limit() const noexcept;
    void fail(const char* problem) noexcept;
    [[nodiscard]] step result() const noexcept;

    progress progress_;
    std::string line_; // the beginning of a line that is not complete
    std::string body_;
    std::string content_type_;
    std::string location_;
    std::string server_;
};

} // namespace coquest::inline v0::detail
