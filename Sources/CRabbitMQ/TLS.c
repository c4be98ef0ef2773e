#define _GNU_SOURCE
#include "CRabbitMQ.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A record of what happens during a handshake. The record is needed because librabbitmq does not report why a handshake
// failed.
typedef struct {
  retort_handshake report;
  int wants_passphrase;
  // `ssl` is the TLS session. While `retort_hold_tls` retains the session, `held` is a duplicate of the session's file
  // descriptor. At other times, `held` is -1.
  SSL *ssl;
  int held;
  int announces;
  char names[512], begins[24], ends[24];
  char name[];
} handshake_record;

static int record_index;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

static void free_handshake_record(void *parent, void *kept, CRYPTO_EX_DATA *all, int index, long argument, void *pointer) {
  free(kept);
}

static void make_index(void) { record_index = SSL_CTX_get_ex_new_index(0, 0, 0, 0, free_handshake_record); }

static handshake_record *record_of(SSL_CTX *context) { return SSL_CTX_get_ex_data(context, record_index); }

// Called by OpenSSL when a handshake begins, and for each alert. At the beginning of the handshake, the function
// replaces the server name that librabbitmq has set. An alert is recorded. In TLS 1.3, an alert can also arrive after
// the handshake, for example if the client certificate is missing.
static void follow_handshake(const SSL *ssl, int where, int value) {
  handshake_record *record = record_of(SSL_get_SSL_CTX(ssl));
  record->ssl = (SSL *)ssl;
  if (where & SSL_CB_HANDSHAKE_START && record->announces) SSL_set_tlsext_host_name((SSL *)ssl, record->name);
  if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT) return;
  record->report.alert = value & 0xff;
  record->report.alert_text = SSL_alert_desc_string_long(value);
}

static int note_certificate_request(SSL *ssl, void *kept) {
  ((handshake_record *)kept)->report.wants_certificate = 1;
  return 1;
}

// Called by OpenSSL when a key file needs a passphrase. Without this function, OpenSSL would ask for the passphrase on
// the terminal.
static int refuse_passphrase(char *buffer, int size, int writes, void *kept) {
  ((handshake_record *)kept)->wants_passphrase = 1;
  return -1;
}

static void add_name(char *names, size_t size, const char *name, int count) {
  size_t used = strlen(names);
  if (used + count + 3 < size) snprintf(names + used, size - used, "%s%.*s", used ? ", " : "", count, name);
}

static void keep_names(X509 *certificate, char *names, size_t size) {
  GENERAL_NAMES *all = X509_get_ext_d2i(certificate, NID_subject_alt_name, 0, 0);
  for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
    const unsigned char *bytes = ASN1_STRING_get0_data(name->d.ia5);
    char address[INET6_ADDRSTRLEN];
    if (name->type == GEN_DNS) add_name(names, size, (const char *)bytes, ASN1_STRING_length(name->d.ia5));
    if (name->type == GEN_IPADD &&
        inet_ntop(ASN1_STRING_length(name->d.ip) == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address))
      add_name(names, size, address, strlen(address));
  }
  GENERAL_NAMES_free(all);
  if (!*names) X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, names, size);
}

static void keep_time(const ASN1_TIME *time, char *text, size_t size) {
  struct tm tm;
  if (ASN1_TIME_to_tm(time, &tm)) strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static retort_distrust reason_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return RETORT_DISTRUST_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return RETORT_DISTRUST_NOT_YET_VALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return RETORT_DISTRUST_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return RETORT_DISTRUST_AUTHORITY;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return RETORT_DISTRUST_NAME;
    default: return RETORT_DISTRUST_OTHER;
  }
}

static int verify_certificate(int fits, X509_STORE_CTX *store) {
  if (fits) return 1;
  const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  handshake_record *record = record_of(SSL_get_SSL_CTX(ssl));
  X509 *certificate = X509_STORE_CTX_get_current_cert(store);
  int error = X509_STORE_CTX_get_error(store);
  record->report.distrust = reason_of(error);
  record->report.distrust_text = X509_verify_cert_error_string(error);
  record->report.is_authority = X509_STORE_CTX_get_error_depth(store) > 0;
  if (!certificate) return 0;
  keep_time(X509_get0_notBefore(certificate), record->begins, sizeof record->begins);
  keep_time(X509_get0_notAfter(certificate), record->ends, sizeof record->ends);
  keep_names(certificate, record->names, sizeof record->names);
  return 0;
}

int retort_prepare_tls(amqp_socket_t *socket, const char *name, int announces, int verifies) {
  if (!*name || !CRYPTO_THREAD_run_once(&once, make_index)) return 0;
  SSL_CTX *context = amqp_ssl_socket_get_context(socket);
  handshake_record *kept = calloc(1, sizeof *kept + strlen(name) + 1);
  if (!kept || !SSL_CTX_set_ex_data(context, record_index, kept)) {
    free(kept);
    return 0;
  }
  strcpy(kept->name, name);
  kept->announces = announces;
  kept->held = -1;
  SSL_CTX_set_info_callback(context, follow_handshake);
  SSL_CTX_set_cert_cb(context, note_certificate_request, kept);
  SSL_CTX_set_default_passwd_cb(context, refuse_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, kept);
  if (!verifies) return 1;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, verify_certificate);
  X509_VERIFY_PARAM *terms = SSL_CTX_get0_param(context);
  return X509_VERIFY_PARAM_set1_ip_asc(terms, name) || X509_VERIFY_PARAM_set1_host(terms, name, 0);
}

void retort_hold_tls(amqp_socket_t *socket) {
  handshake_record *record = record_of(amqp_ssl_socket_get_context(socket));
  SSL_up_ref(record->ssl);
  record->held = fcntl(SSL_get_fd(record->ssl), F_DUPFD_CLOEXEC, 0);
}

void retort_release_tls(amqp_socket_t *socket) {
  handshake_record *record = record_of(amqp_ssl_socket_get_context(socket));
  close(record->held);
  record->held = -1;
  SSL_free(record->ssl);
}

static void read_pending_alert(handshake_record *record) {
  if (record->held < 0 || record->report.alert) return;
  char byte;
  int own = SSL_get_fd(record->ssl);
  BIO_set_fd(SSL_get_rbio(record->ssl), record->held, BIO_NOCLOSE);
  SSL_read(record->ssl, &byte, 1);
  BIO_set_fd(SSL_get_rbio(record->ssl), own, BIO_NOCLOSE);
}

retort_handshake retort_handshake_of(amqp_socket_t *socket) {
  handshake_record *record = record_of(amqp_ssl_socket_get_context(socket));
  unsigned long error = ERR_peek_error();
  read_pending_alert(record);
  retort_handshake report = record->report;
  report.names = record->names;
  report.begins = record->begins;
  report.ends = record->ends;
  report.is_plain = ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER;
  return report;
}

int retort_certificate(amqp_socket_t *socket, int index, char *subject, char *issuer, size_t size, int64_t *seconds_left) {
  handshake_record *record = record_of(amqp_ssl_socket_get_context(socket));
  STACK_OF(X509) *chain = record->ssl ? SSL_get_peer_cert_chain(record->ssl) : 0;
  if (index >= sk_X509_num(chain)) return 0;
  X509 *certificate = sk_X509_value(chain, index);
  int days = 0, seconds = 0;
  *subject = *issuer = 0;
  keep_names(certificate, subject, size);
  X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_commonName, issuer, size);
  ASN1_TIME_diff(&days, &seconds, 0, X509_get0_notAfter(certificate));
  *seconds_left = (int64_t)days * 86400 + seconds;
  return 1;
}

const char *retort_tls_version(amqp_socket_t *socket) {
  SSL *ssl = record_of(amqp_ssl_socket_get_context(socket))->ssl;
  return ssl ? SSL_get_version(ssl) : "";
}

const char *retort_tls_cipher(amqp_socket_t *socket) {
  SSL *ssl = record_of(amqp_ssl_socket_get_context(socket))->ssl;
  return ssl ? SSL_get_cipher(ssl) : "";
}

static retort_pem outcome(SSL_CTX *context, int is_loaded) {
  if (is_loaded == 1) return RETORT_PEM_FINE;
  if (record_of(context)->wants_passphrase) return RETORT_PEM_ENCRYPTED;
  unsigned long error = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(error)) {
    errno = ERR_GET_REASON(error);
    return RETORT_PEM_UNREADABLE;
  }
  return ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH
             ? RETORT_PEM_OF_ANOTHER
             : RETORT_PEM_NONE;
}

retort_pem retort_trust(amqp_socket_t *socket, const char *file) {
  SSL_CTX *context = amqp_ssl_socket_get_context(socket);
  ERR_clear_error();
  return outcome(context, SSL_CTX_load_verify_locations(context, file, 0));
}

retort_pem retort_show(amqp_socket_t *socket, const char *file) {
  SSL_CTX *context = amqp_ssl_socket_get_context(socket);
  ERR_clear_error();
  return outcome(context, SSL_CTX_use_certificate_chain_file(context, file));
}

retort_pem retort_sign(amqp_socket_t *socket, const char *file) {
  SSL_CTX *context = amqp_ssl_socket_get_context(socket);
  ERR_clear_error();
  retort_pem read = outcome(context, SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM));
  // OpenSSL reports no error for a key of another type than the certificate, such as an RSA key for an ECDSA
  // certificate. SSL_CTX_check_private_key finds this error.
  return read == RETORT_PEM_FINE && !SSL_CTX_check_private_key(context) ? RETORT_PEM_OF_ANOTHER : read;
}
