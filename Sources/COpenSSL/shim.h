#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

// Swift does not see macros that call functions.

static inline int otomi_ssl_set_minimum_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline int otomi_ssl_set_groups(SSL_CTX *context, const char *list) {
    return (int)SSL_CTX_set1_groups_list(context, list);
}

static inline void otomi_ssl_set_options(SSL_CTX *context) {
    // Nobody renegotiates a hub's connections, and compression before sealing tells secrets by lengths.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}

static inline void otomi_ssl_set_modes(SSL_CTX *context, long modes) { SSL_CTX_set_mode(context, modes); }

static inline void otomi_ssl_set_session_cache(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

/// The context takes a reference of its own.
static inline int otomi_ssl_add_to_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline void otomi_bio_set_retry_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}

static inline void otomi_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

/// Whether the newest error is that there is no further object in a PEM.
static inline int otomi_is_end_of_pem(void) {
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}
