
/* Small rather than fast, in code and in memory. */
#define GCM_SMALL
#define CURVE25519_SMALL
#define ED25519_SMALL
#define WOLFSSL_SP_SMALL
#define USE_SLOW_SHA512
