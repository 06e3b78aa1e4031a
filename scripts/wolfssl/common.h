/* SPDX-FileCopyrightText: 2026 The coquest authors
 * SPDX-License-Identifier: BSL-1.0
 *
 * wolfSSL's settings: a client of TLS 1.2 and 1.3, its suites those of src/tls/session/suites.hpp. */
#define NO_WOLFSSL_SERVER
#define NO_OLD_TLS
#define WOLFSSL_TLS13
#define HAVE_TLS_EXTENSIONS
#define HAVE_SUPPORTED_CURVES
#define HAVE_SNI
#define HAVE_ALPN
#define HAVE_EXTENDED_MASTER
#define HAVE_SERVER_RENEGOTIATION_INFO
#define HAVE_SESSION_TICKET

/* coquest resumes sessions from its own cache, so the library's is as small as possible. */
#define HAVE_EXT_CACHE
#define SMALL_SESSION_CACHE

/* Certificates: what coquest's own checks need. Never WOLFSSL_TRUST_PEER_CERT. */
#define WOLFSSL_ALT_CERT_CHAINS
#define WOLFSSL_ALWAYS_VERIFY_CB
#define WOLFSSL_ALT_NAMES
#define WOLFSSL_IP_ALT_NAME
#define WOLFSSL_ALLOW_SINGLE_LABEL_HOSTNAME
#define KEEP_PEER_CERT
#define WOLFSSL_CERT_SETUP_CB
#define WOLFSSL_PEM_TO_DER
#define WOLFSSL_BASE64_DECODE
#define HAVE_CRL
#define WOLFSSL_CERT_EXT

#define NO_AES_CBC
#define HAVE_AESGCM
#define HAVE_CHACHA
#define HAVE_POLY1305
#define HAVE_HKDF
#define HAVE_HASHDRBG
#define WOLFSSL_SHA384
#define WOLFSSL_SHA512
#define HAVE_ECC
#define ECC_USER_CURVES
#define HAVE_ECC384
#define HAVE_CURVE25519
#define HAVE_ED25519
#define WC_RSA_PSS
#define WC_RSA_BLINDING
#define ECC_TIMING_RESISTANT
#define TFM_TIMING_RESISTANT
#define WOLFSSL_SP_MATH_ALL
#define SP_INT_BITS 4096

#define NO_DH
#define NO_DSA
#define NO_RC4
#define NO_MD4
#define NO_MD5
#define NO_DES3
#define NO_PSK
#define NO_PWDBASED
#define NO_PKCS12
#define WOLFSSL_NO_SHAKE128
#define WOLFSSL_NO_SHAKE256

/* coquest does the I/O. */
#define WOLFSSL_USER_IO
#define NO_FILESYSTEM
#define WOLFSSL_GETRANDOM
#define WC_NO_ASYNC_THREADING
#define NO_MULTIBYTE_PRINT
#ifdef __SIZEOF_INT128__
#define HAVE___UINT128_T 1
#endif
