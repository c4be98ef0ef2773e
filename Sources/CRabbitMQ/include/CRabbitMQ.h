#ifndef RETORT_CRABBITMQ_H
#define RETORT_CRABBITMQ_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>

/// Bytes that the caller does not own.
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

/// A frame, flat; its bytes live until the buffers of its channel are released.
typedef struct {
  retort_frame_kind kind;
  uint16_t channel;
  /// Delivery tag, body size, or message count.
  uint64_t number;
  /// Whether an acknowledgement is for all delivery tags up to its own.
  int multiple;
  /// Whether the delivery may be a repetition.
  int redelivered;
  /// Consumer count.
  uint32_t consumers;
  /// Reply code of a close or a return.
  uint16_t code;
  /// Queue name, consumer tag, or reason.
  retort_bytes text;
  retort_bytes correlation_id;
  retort_bytes reply_to;
  retort_bytes body;
} retort_frame;

/// A message to publish on the default exchange.
typedef struct {
  retort_bytes routing_key;
  retort_bytes correlation_id;
  /// Empty for none.
  retort_bytes reply_to;
  /// Milliseconds as text; empty for none.
  retort_bytes expiration;
  retort_bytes body;
  int mandatory;
} retort_message;

/// The reason why a broker's certificate is not accepted.
typedef enum {
  RETORT_DISTRUST_NONE = 0,
  RETORT_DISTRUST_EXPIRED,
  RETORT_DISTRUST_NOT_YET_VALID,
  RETORT_DISTRUST_SELF_SIGNED,
  RETORT_DISTRUST_AUTHORITY,
  RETORT_DISTRUST_NAME,
  RETORT_DISTRUST_OTHER
} retort_distrust;

/// The events recorded during a TLS handshake; the texts live as long as the socket.
typedef struct {
  retort_distrust distrust;
  const char *distrust_text;
  /// Whether the reason concerns an authority's certificate, not the broker's own.
  int is_authority;
  /// The names that the certificate is for, and the times between which it is valid.
  const char *names;
  const char *begins;
  const char *ends;
  /// Whether the broker requested a client certificate.
  int wants_certificate;
  /// The alert that the broker sent (RFC 8446, section 6); 0 for none.
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

// Calls amqp_login_with_properties, which is variadic, so that Swift can't. It announces the capabilities without which
// basic.cancel and connection.blocked never arrive. Returns an AMQP status; the broker's reason is copied to `reason`.
int retort_login(amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat, const char *user,
                 const char *password, const char *name, uint16_t *code, char *reason, size_t reason_size);

// Copies the broker's `cluster_name` from its server properties (connection.start); an empty text if it has none.
void retort_cluster_name(amqp_connection_state_t connection, char *name, size_t size);

// Prepares a TLS socket: records its handshake, and refuses keys with a passphrase. If `verifies`, the broker's
// certificate must have the name; if `announces`, the name is sent to the broker (RFC 6066, section 3). 0 on failure.
int retort_prepare_tls(amqp_socket_t *socket, const char *name, int announces, int verifies);

// Retains the session of an open socket until it is released. librabbitmq frees a session that it can't write to, although
// an alert with the reason may have arrived.
void retort_hold_tls(amqp_socket_t *socket);
void retort_release_tls(amqp_socket_t *socket);

// The events recorded so far, including alerts since the session is held. Call it on the thread that opened the socket.
retort_handshake retort_handshake_of(amqp_socket_t *socket);

// Describes a certificate of the broker's chain, counted from its own (0): the names it is for or its subject, its issuer, and
// the seconds until it expires. Returns 0 if there is none. Call it after the handshake, on the thread that opened the socket.
int retort_certificate(amqp_socket_t *socket, int index, char *subject, char *issuer, size_t size, int64_t *seconds_left);

// The version and the cipher of a socket after the handshake: `TLSv1.3`.
const char *retort_tls_version(amqp_socket_t *socket);
const char *retort_tls_cipher(amqp_socket_t *socket);

// Read the file of authorities, of the client's certificate, and then of its key; errno has the reason for an unreadable file.
retort_pem retort_trust(amqp_socket_t *socket, const char *file);
retort_pem retort_show(amqp_socket_t *socket, const char *file);
retort_pem retort_sign(amqp_socket_t *socket, const char *file);

// Reads a frame that has arrived; AMQP_STATUS_TIMEOUT if there is none.
int retort_next_frame(amqp_connection_state_t connection, retort_frame *frame);

int retort_publish(amqp_connection_state_t connection, uint16_t channel, const retort_message *message);

// Write the frames of amqp_basic_publish and amqp_basic_ack to a buffer, so that one send covers many. Return the number of
// bytes; 0 if the room or the largest frame (0: any) is too small.
size_t retort_write_publish(uint8_t *start, size_t room, size_t frame_max, uint16_t channel,
                            const retort_message *message);
size_t retort_write_ack(uint8_t *start, size_t room, uint16_t channel, uint64_t tag);
// Sends all bytes, waiting while the socket is full; -1 and errno if it is broken.
int retort_send(int fd, const uint8_t *start, size_t count);

int retort_open_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_close_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_confirm_channel_close(amqp_connection_state_t connection, uint16_t channel);
int retort_declare_reply_queue(amqp_connection_state_t connection, uint16_t channel);
/// Declares a queue passively, which creates none.
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

// Writes the HMAC-SHA-256 of some bytes (RFC 2104, FIPS 180-4), as libcrypto computes it; 0 on failure.
int retort_hmac_sha256(retort_bytes key, retort_bytes bytes, uint8_t code[32]);

// Whether two codes are equal, in a time that does not depend on where they differ.
int retort_equal_codes(const uint8_t one[32], const uint8_t other[32]);

// These use macros or inline functions that Swift does not import.
int retort_eventfd(void);
void retort_signal_eventfd(int fd);
void retort_clear_eventfd(int fd);
int retort_enlarge_send_buffer(int fd, int bytes);
// Waits for the socket and the eventfd; bit 0: socket readable, bit 1: socket writable, bit 2: eventfd.
int retort_wait(int socket, int want_write, int event, int milliseconds);

#endif
