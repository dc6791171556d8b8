#ifndef GRANTRAIL_COPENSSL_H
#define GRANTRAIL_COPENSSL_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// The one-shot SHA256() of OpenSSL 3 fetches its algorithm on every call, which costs more than
// hashing a short message. The low-level functions are deprecated in name only; the context is a
// plain struct on the caller's stack. Wrapped here so that Swift sees no deprecation.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

typedef SHA256_CTX grantrail_sha256;

static inline void grantrail_sha256_start(grantrail_sha256 *context) { SHA256_Init(context); }

static inline void grantrail_sha256_add(grantrail_sha256 *context, const void *bytes,
                                        size_t count) {
    SHA256_Update(context, bytes, count);
}

static inline void grantrail_sha256_finish(grantrail_sha256 *context, unsigned char *digest) {
    SHA256_Final(digest, context);
}

#pragma clang diagnostic pop
#endif
