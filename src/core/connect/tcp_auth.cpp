// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/connect/tcp_auth.hpp"

#include "core/text/base64.hpp"
#include "core/text/wipe.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

status key_error(std::string_view key, std::string_view text)
{
    std::string message("\"");
    message.append(key).append("\" ").append(text);
    return {errc::auth_error, std::move(message)};
}

// Reads a number of a JSON web key into @p out, right-aligned.
status read_number(std::string_view key, std::string_view text, std::span<std::byte, 32> out)
{
    std::array<std::byte, 33> decoded{}; // one more than a number has
    const std::optional<std::size_t> size = base64_decode(text, base64::url, decoded);
    status result;
    if (!size) {
        result = key_error(key, text.size() > 44 ? "is too long for a number of 32 bytes"
                                                 : "is not base64url (A-Z a-z 0-9 - _)");
    } else if (*size > out.size()) {
        result = key_error(key, "is too long for a number of 32 bytes");
    } else {
        std::ranges::fill(out, std::byte{0});
        std::copy_n(decoded.begin(), *size, out.end() - static_cast<std::ptrdiff_t>(*size));
    }
    wipe(decoded.data(), decoded.size());
    return result;
}

} // namespace

tcp_key::~tcp_key()
{
    wipe(private_.data(), private_.size());
}

status tcp_key::read(const config& options, const any_signer& signer)
{
    greeting_ = options.username.value_or("") + "\n";
    status result = read_number("token", options.token ? options.token->reveal() : "", private_);
    if (!result.ok()) {
        return result;
    }
    std::array<std::byte, 64> derived{};
    if (!signer.public_key(private_, derived)) {
        return key_error("token", "is not a private key of the curve P-256");
    }
    if (!options.token_x) {
        return {};
    }
    std::array<std::byte, 64> configured{};
    const std::span numbers(configured);
    result = read_number("token_x", *options.token_x, numbers.first<32>());
    if (result.ok()) {
        result = read_number("token_y", options.token_y.value_or(""), numbers.last<32>());
    }
    if (result.ok() && configured != derived) {
        result = {errc::auth_error, "\"token_x\" and \"token_y\" are not the public key of "
                                    "\"token\": take all three from one key, or leave these two "
                                    "out"};
    }
    return result;
}

auth_challenge::step auth_challenge::feed(std::span<const std::byte> bytes)
{
    for (const std::byte byte : bytes) {
        if (received_ > size) {
            problem_ = "more than a challenge of 512 bytes";
            return step::failed;
        }
        if ((byte == std::byte{'\n'}) != (received_ == size)) {
            problem_ = received_ == size ? "more than a challenge of 512 bytes"
                                         : "a line that is shorter than a challenge of 512 bytes";
            return step::failed;
        }
        if (received_ < size) {
            bytes_[received_] = byte;
        }
        ++received_;
    }
    return received_ > size ? step::complete : step::need_input;
}

std::string auth_answer(std::span<const std::byte, 64> signature)
{
    std::string answer;
    answer.reserve(base64_length(signature.size(), base64::standard) + 1);
    base64_encode(signature, base64::standard, answer);
    return answer + "\n";
}

} // namespace coquest::inline v0::detail
