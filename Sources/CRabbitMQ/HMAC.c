#include "CRabbitMQ.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

int retort_hmac_sha256(retort_bytes key, retort_bytes bytes, uint8_t code[32]) {
  if (key.count > INT_MAX) return 0;
  unsigned int count = 0;
  return HMAC(EVP_sha256(), key.start, (int)key.count, bytes.start, bytes.count, code, &count) && count == 32;
}

int retort_equal_codes(const uint8_t one[32], const uint8_t other[32]) { return CRYPTO_memcmp(one, other, 32) == 0; }
