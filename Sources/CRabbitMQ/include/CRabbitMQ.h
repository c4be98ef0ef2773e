#ifndef RETORT_CRABBITMQ_H
#define RETORT_CRABBITMQ_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>

/// A pointer to bytes that belong to the caller, and their number.
typedef struct {
  const uint8_t *start;
  size_t count;
} retort_bytes;

/// The kinds of frames that a client and a service handle.
typedef enum {
  RETORT_FRAME_DELIVER = 1,
  RETORT_FRAME_RETURN,
  RETORT_FRAME_ACK,
  RETORT_FRAME_NACK,
  RETORT_FRAME_HEADER,
  RETORT_FRAME_BODY,
  RETORT_FRAME_CHANNEL_OPEN_OK,
  RETORT_FRAME_DECLARE_OK,
  RETORT_FRAME_CONSUME_OK,
  RETORT_FRAME_QOS_OK,
  RETORT_FRAME_CONFIRM_OK,
  RETORT_FRAME_CANCEL,
  RETORT_FRAME_CANCEL_OK,
  RETORT_FRAME_CHANNEL_CLOSE,
  RETORT_FRAME_CHANNEL_CLOSE_OK,
  RETORT_FRAME_CONNECTION_CLOSE,
  RETORT_FRAME_CONNECTION_CLOSE_OK,
  RETORT_FRAME_BLOCKED,
  RETORT_FRAME_UNBLOCKED,
  RETORT_FRAME_OTHER
} retort_frame_kind;

/// A frame as a flat struct; its bytes are valid until the buffers of its channel are released.
typedef struct {
  retort_frame_kind kind;
  uint16_t channel;
  /// A delivery tag, a body size, or a message count.
  uint64_t number;
  /// Whether an acknowledgement applies to all delivery tags up to its own.
  int multiple;
  /// Whether the message may have been delivered before.
  int redelivered;
  /// A consumer count.
  uint32_t consumers;
  /// The reply code of a close or a return.
  uint16_t code;
  /// A queue name, a consumer tag, or a reason.
  retort_bytes text;
  retort_bytes correlation_id;
  retort_bytes reply_to;
  retort_bytes body;
} retort_frame;

/// A message to publish on the default exchange.
typedef struct {
  retort_bytes routing_key;
  retort_bytes correlation_id;
  /// The reply queue; empty for a message without a reply.
  retort_bytes reply_to;
  /// The expiration in milliseconds as text; empty for no expiration.
  retort_bytes expiration;
  retort_bytes body;
  int mandatory;
} retort_message;

/// The reason why a broker's certificate is refused.
typedef enum {
  RETORT_DISTRUST_NONE = 0,
  RETORT_DISTRUST_EXPIRED,
  RETORT_DISTRUST_NOT_YET_VALID,
  RETORT_DISTRUST_SELF_SIGNED,
  RETORT_DISTRUST_AUTHORITY,
  RETORT_DISTRUST_NAME,
  RETORT_DISTRUST_OTHER
} retort_distrust;

/// The events recorded during a TLS handshake; the texts are valid as long as the socket.
typedef struct {
  retort_distrust distrust;
  const char *distrust_text;
  /// Whether the reason concerns an authority's certificate, not the broker's own.
  int is_authority;
  /// The names in the refused certificate, and the times between which that certificate is valid.
  const char *names;
  const char *begins;
  const char *ends;
  /// Whether the broker requested a client certificate.
  int wants_certificate;
  /// The alert that the broker sent (RFC 8446, section 6); 0 without an alert.
  int alert;
  const char *alert_text;
  /// Whether the broker's answer was not TLS.
  int is_plain;
} retort_handshake;

/// The result of reading a PEM file.
typedef enum {
  RETORT_PEM_FINE = 0,
  RETORT_PEM_UNREADABLE,
  RETORT_PEM_NONE,
  RETORT_PEM_ENCRYPTED,
  RETORT_PEM_OF_ANOTHER
} retort_pem;

// Calls amqp_login_with_properties, which Swift can't call because it is variadic. Announces the capabilities without
// which basic.cancel and connection.blocked never arrive. Returns an AMQP status; copies the broker's reason to
// `reason`.
int retort_login(amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat, const char *user,
                 const char *password, const char *name, uint16_t *code, char *reason, size_t reason_size);

// Copies the broker's `cluster_name` from its server properties (connection.start); an empty text if the broker has
// none.
void retort_cluster_name(amqp_connection_state_t connection, char *name, size_t size);

// Prepares a TLS socket: records its handshake, and refuses keys with a passphrase. If `verifies`, the broker's
// certificate must contain the name; if `announces`, the name is sent to the broker (RFC 6066, section 3). Returns 0 on
// failure.
int retort_prepare_tls(amqp_socket_t *socket, const char *name, int announces, int verifies);

// Retains the TLS session of an open socket until `retort_release_tls`. librabbitmq frees a session that it can't write
// to, although an alert with the reason may have arrived.
void retort_hold_tls(amqp_socket_t *socket);
void retort_release_tls(amqp_socket_t *socket);

// Returns what is recorded about the handshake so far, including alerts since the session was retained. Call it on the
// thread that opened the socket.
retort_handshake retort_handshake_of(amqp_socket_t *socket);

// Describes a certificate of the broker's chain, in which index 0 is the broker's own certificate: the names or the
// subject, the issuer, and the seconds until the certificate expires. Returns 0 if the chain is shorter. Call it after
// the handshake, on the thread that opened the socket.
int retort_certificate(amqp_socket_t *socket, int index, char *subject, char *issuer, size_t size, int64_t *seconds_left);

// Return the TLS version (`TLSv1.3`) and the cipher of a socket after the handshake; an empty text before it.
const char *retort_tls_version(amqp_socket_t *socket);
const char *retort_tls_cipher(amqp_socket_t *socket);

// Read the file of the authorities (`trust`), of the client's certificate (`show`), and then of its key (`sign`). For
// an unreadable file, errno has the reason.
retort_pem retort_trust(amqp_socket_t *socket, const char *file);
retort_pem retort_show(amqp_socket_t *socket, const char *file);
retort_pem retort_sign(amqp_socket_t *socket, const char *file);

// Reads a received frame; returns AMQP_STATUS_TIMEOUT if none has arrived.
int retort_next_frame(amqp_connection_state_t connection, retort_frame *frame);

int retort_publish(amqp_connection_state_t connection, uint16_t channel, const retort_message *message);

// Write the frames of amqp_basic_publish and amqp_basic_ack to a buffer, for one send of many frames. Return the number
// of bytes; 0 if the room or the maximum frame size (0 for no limit) is too small.
size_t retort_write_publish(uint8_t *start, size_t room, size_t frame_max, uint16_t channel,
                            const retort_message *message);
size_t retort_write_ack(uint8_t *start, size_t room, uint16_t channel, uint64_t tag);
// Sends all bytes, and waits while the socket is full; returns 0, or -1 with errno if the socket is broken.
int retort_send(int fd, const uint8_t *start, size_t count);

int retort_open_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_close_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_confirm_channel_close(amqp_connection_state_t connection, uint16_t channel);
int retort_declare_reply_queue(amqp_connection_state_t connection, uint16_t channel);
/// Declares a queue passively, without creating it.
int retort_find_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name);
/// Declares a queue of a type (empty for the broker's default), with a delivery limit (0 for the broker's default).
int retort_declare_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name, int durable,
                                 retort_bytes type, int delivery_limit, int exclusive);
int retort_prefetch(amqp_connection_state_t connection, uint16_t channel, uint16_t count);
int retort_select_confirms(amqp_connection_state_t connection, uint16_t channel);
int retort_consume(amqp_connection_state_t connection, uint16_t channel, retort_bytes queue, int no_ack);
int retort_cancel(amqp_connection_state_t connection, uint16_t channel, retort_bytes tag);
int retort_ack(amqp_connection_state_t connection, uint16_t channel, uint64_t tag);
int retort_close_connection(amqp_connection_state_t connection);
int retort_confirm_connection_close(amqp_connection_state_t connection);

// Writes the HMAC-SHA-256 of some bytes (RFC 2104, FIPS 180-4), which libcrypto computes; returns 0 on failure.
int retort_hmac_sha256(retort_bytes key, retort_bytes bytes, uint8_t code[32]);

// Whether two codes are equal; the duration does not depend on the position of a difference.
int retort_equal_codes(const uint8_t one[32], const uint8_t other[32]);

// Make, signal and reset an eventfd.
int retort_eventfd(void);
void retort_signal_eventfd(int fd);
void retort_clear_eventfd(int fd);
// Enlarges the send buffer of a socket; returns its new size in bytes, 0 on failure.
int retort_enlarge_send_buffer(int fd, int bytes);
// Waits until the socket or the eventfd is ready, or the time is over. Returns bits: 1 if the socket is readable, 2 if
// it is writable, 4 if the eventfd is signalled; 0 if none of these is true.
int retort_wait(int socket, int want_write, int event, int milliseconds);

#endif
