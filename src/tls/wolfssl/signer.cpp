// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/wolfssl.hpp>

#include <algorithm>
#include <array>

#include <cwchar>

#ifndef WOLFSSL_USER_SETTINGS
#include <wolfssl/options.h> // configures all headers that follow
#endif
#include <wolfssl/wolfcrypt/asn_public.h>
#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/sha256.h>

namespace coquest::inline v0 {

#if !defined(HAVE_ECC) || defined(NO_SHA256)

bool wolfssl_signer::sign(p256_private_key, std::span<const std::byte>, p256_signature)
{
    return false;
}

bool wolfssl_signer::public_key(p256_private_key, p256_public_key)
{
    return false;
}

#else

namespace {

// A private key in the library's form, with a source of randomness.
class signing_key {
public:
    explicit signing_key(p256_private_key bytes)
    {
        has_key_ = wc_ecc_init(&key_) == 0;
        has_random_ = wc_InitRng(&random_) == 0;
        valid_ =
            has_key_ && has_random_ &&
            wc_ecc_import_private_key_ex(as_bytes(bytes.data()), static_cast<word32>(bytes.size()),
                                         nullptr, 0, &key_, ECC_SECP256R1) == 0;
#ifdef ECC_TIMING_RESISTANT
        valid_ = valid_ && wc_ecc_set_rng(&key_, &random_) == 0;
#endif
        // Fails for zero, and for numbers that exceed the order of the curve.
        valid_ = valid_ && wc_ecc_make_pub_ex(&key_, nullptr, &random_) == 0 &&
                 wc_ecc_check_key(&key_) == 0;
    }
    signing_key(const signing_key&) = delete;
    signing_key& operator=(const signing_key&) = delete;
    ~signing_key()
    {
        if (has_random_) {
            wc_FreeRng(&random_);
        }
        if (has_key_) {
            wc_ecc_free(&key_); // wipes it
        }
    }

    explicit operator bool() const noexcept { return valid_; }
    [[nodiscard]] ecc_key* get() noexcept { return &key_; }
    [[nodiscard]] WC_RNG* random() noexcept { return &random_; }

    static const unsigned char* as_bytes(const std::byte* bytes)
    {
        return reinterpret_cast<const unsigned char*>(bytes);
    }

private:
    ecc_key key_{};
    WC_RNG random_{};
    bool has_key_ = false;
    bool has_random_ = false;
    bool valid_ = false;
};

// Restores the leading zeros that the library leaves out.
void align(std::array<unsigned char, 32>& number, word32 size)
{
    std::rotate(number.begin(), number.begin() + size, number.end());
    std::fill(number.begin(), number.end() - size, static_cast<unsigned char>(0));
}

bool put(std::array<unsigned char, 32> a, word32 a_size, std::array<unsigned char, 32> b,
         word32 b_size, std::span<std::byte, 64> out)
{
    if (a_size > a.size() || b_size > b.size()) {
        return false;
    }
    align(a, a_size);
    align(b, b_size);
    std::ranges::copy(std::as_bytes(std::span(a)), out.begin());
    std::ranges::copy(std::as_bytes(std::span(b)), out.begin() + 32);
    return true;
}

} // namespace

bool wolfssl_signer::sign(p256_private_key key, std::span<const std::byte> message,
                          p256_signature signature)
{
    signing_key signer(key);
    std::array<unsigned char, WC_SHA256_DIGEST_SIZE> digest{};
    std::array<unsigned char, ECC_MAX_SIG_SIZE> der{};
    auto size = static_cast<word32>(der.size());
    std::array<unsigned char, 32> r{};
    std::array<unsigned char, 32> s{};
    auto r_size = static_cast<word32>(r.size());
    auto s_size = static_cast<word32>(s.size());
    return signer &&
           wc_Sha256Hash(signing_key::as_bytes(message.data()), static_cast<word32>(message.size()),
                         digest.data()) == 0 &&
           wc_ecc_sign_hash(digest.data(), static_cast<word32>(digest.size()), der.data(), &size,
                            signer.random(), signer.get()) == 0 &&
           wc_ecc_sig_to_rs(der.data(), size, r.data(), &r_size, s.data(), &s_size) == 0 &&
           put(r, r_size, s, s_size, signature);
}

bool wolfssl_signer::public_key(p256_private_key key, p256_public_key point)
{
    signing_key signer(key);
    std::array<unsigned char, 32> x{};
    std::array<unsigned char, 32> y{};
    auto x_size = static_cast<word32>(x.size());
    auto y_size = static_cast<word32>(y.size());
    return signer &&
           wc_ecc_export_public_raw(signer.get(), x.data(), &x_size, y.data(), &y_size) == 0 &&
           put(x, x_size, y, y_size, point);
}

#endif

std::string_view wolfssl_signer::name() noexcept
{
    return "wolfCrypt";
}

} // namespace coquest::inline v0
