#ifndef RETORT_CRABBITMQ_H
#define RETORT_CRABBITMQ_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <stdint.h>

/// A range of bytes, which the caller owns: the address of the first byte, and the number of bytes.
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

/// A received frame. The bytes are valid until the caller releases the buffers of the frame's channel.
typedef struct {
  retort_frame_kind kind;
  uint16_t channel;
  /// A delivery tag, a body size or a message count, depending on `kind`.
  uint64_t number;
  /// Whether a confirm or nack applies to all delivery tags up to `number`.
  int multiple;
  /// Whether the broker may have delivered the message before.
  int redelivered;
  /// The number of consumers of a queue.
  uint32_t consumers;
  /// The reply code of `channel.close`, `connection.close` or `basic.return`.
  uint16_t code;
  /// The name of a queue, the tag of a consumer, or a reason, depending on `kind`.
  retort_bytes text;
  retort_bytes correlation_id;
  retort_bytes reply_to;
  retort_bytes body;
} retort_frame;

/// A message to publish on the default exchange.
typedef struct {
  retort_bytes routing_key;
  retort_bytes correlation_id;
  /// The name of the reply queue; empty if the sender expects no reply.
  retort_bytes reply_to;
  /// The time until the message expires, in milliseconds, as text; empty for no expiration.
  retort_bytes expiration;
  retort_bytes body;
  int mandatory;
} retort_message;

/// The reason why the client does not trust the broker's certificate.
typedef enum {
  RETORT_DISTRUST_NONE = 0,
  RETORT_DISTRUST_EXPIRED,
  RETORT_DISTRUST_NOT_YET_VALID,
  RETORT_DISTRUST_SELF_SIGNED,
  RETORT_DISTRUST_AUTHORITY,
  RETORT_DISTRUST_NAME,
  RETORT_DISTRUST_OTHER
} retort_distrust;

/// What happened during a TLS handshake. The texts are valid as long as the socket exists.
typedef struct {
  retort_distrust distrust;
  const char *distrust_text;
  /// Whether `distrust` concerns the certificate of an authority, and not the broker's own certificate.
  int is_authority;
  /// The names in the certificate that the client does not trust, and the beginning and the end of its validity.
  const char *names;
  const char *begins;
  const char *ends;
  /// Whether the broker requested a client certificate.
  int wants_certificate;
  /// The TLS alert that the broker sent (RFC 8446, section 6); 0 if the broker sent no alert.
  int alert;
  const char *alert_text;
  /// Whether the broker answered, but not in TLS.
  int is_plain;
} retort_handshake;

/// The result of reading a PEM file, which contains certificates or a key.
typedef enum {
  RETORT_PEM_FINE = 0,
  RETORT_PEM_UNREADABLE,
  RETORT_PEM_NONE,
  RETORT_PEM_ENCRYPTED,
  RETORT_PEM_OF_ANOTHER
} retort_pem;

// Logs in with amqp_login_with_properties, which Swift can't call because it is variadic. Announces the client's
// capabilities, because the broker otherwise never sends basic.cancel and connection.blocked. Returns an AMQP status.
// If the broker refuses the login, copies the broker's reply code to `code`, and the reason to `reason`.
int retort_login(amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat, const char *user,
                 const char *password, const char *name, uint16_t *code, char *reason, size_t reason_size);

// Copies the name of the broker's cluster to `name`; an empty text if the broker has no cluster name. The name is the
// server property `cluster_name`, which the broker sends in connection.start.
void retort_cluster_name(amqp_connection_state_t connection, char *name, size_t size);

// Prepares a TLS socket for its handshake. The socket then records what happens during the handshake, and refuses keys
// with a passphrase. If `verifies` is set, the broker's certificate must contain the name. If `announces` is set, the
// client sends the name to the broker (RFC 6066, section 3). Returns 0 on failure.
int retort_prepare_tls(amqp_socket_t *socket, const char *name, int announces, int verifies);

// Retains the TLS session of an open socket until `retort_release_tls`. Otherwise librabbitmq would free the session as
// soon as a write fails. The program could then no longer read the broker's alert, which says why the connection
// failed.
void retort_hold_tls(amqp_socket_t *socket);
void retort_release_tls(amqp_socket_t *socket);

// Returns the record of the handshake. While the session is retained, first reads an alert that has arrived after the
// handshake. Call this function on the thread that opened the socket.
retort_handshake retort_handshake_of(amqp_socket_t *socket);

// Describes one certificate of the chain that the broker sent. Index 0 is the broker's own certificate. Copies the host
// names in the certificate to `subject`, or the common name if there are no host names. Copies the common name of the
// signing authority to `issuer`. Sets `seconds_left` to the time until the certificate expires. Returns 0 if the chain
// has no certificate at the index. Call this function after the handshake, on the thread that opened the socket.
int retort_certificate(amqp_socket_t *socket, int index, char *subject, char *issuer, size_t size, int64_t *seconds_left);

// The two functions below return the TLS version of a socket, such as `TLSv1.3`, and the cipher. Before the handshake,
// the texts are empty.
const char *retort_tls_version(amqp_socket_t *socket);
const char *retort_tls_cipher(amqp_socket_t *socket);

// Each of the three functions below reads a PEM file. retort_trust reads the certificates of trusted authorities.
// retort_show reads the client's certificate. After retort_show, retort_sign must read the key of the same certificate.
// If a file can't be read, errno contains the reason.
retort_pem retort_trust(amqp_socket_t *socket, const char *file);
retort_pem retort_show(amqp_socket_t *socket, const char *file);
retort_pem retort_sign(amqp_socket_t *socket, const char *file);

// Reads a received frame. Returns AMQP_STATUS_TIMEOUT if no frame has arrived.
int retort_next_frame(amqp_connection_state_t connection, retort_frame *frame);

int retort_publish(amqp_connection_state_t connection, uint16_t channel, const retort_message *message);

// The two functions below write the same frames as amqp_basic_publish and amqp_basic_ack, but to a buffer. One `send`
// can then send many frames. The functions return the number of written bytes. They return 0 if the frames need more
// than `room` bytes, or if the body does not fit in one frame. A `frame_max` of 0 means no limit for the size of a
// frame.
size_t retort_write_publish(uint8_t *start, size_t room, size_t frame_max, uint16_t channel,
                            const retort_message *message);
size_t retort_write_ack(uint8_t *start, size_t room, uint16_t channel, uint64_t tag);
// Sends all bytes, and waits while the socket's send buffer is full. Returns 0 on success. If the connection is broken,
// returns -1 and sets errno.
int retort_send(int fd, const uint8_t *start, size_t count);

// Sends a heartbeat, unless the socket's send buffer is full: bytes that wait in the buffer show the broker as well that
// the client is alive.
void retort_send_heartbeat(amqp_connection_state_t connection);

int retort_open_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_close_channel(amqp_connection_state_t connection, uint16_t channel);
int retort_confirm_channel_close(amqp_connection_state_t connection, uint16_t channel);
int retort_declare_reply_queue(amqp_connection_state_t connection, uint16_t channel);
/// Declares a queue passively: the broker does not create a missing queue.
int retort_find_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name);
/// Declares a queue. An empty type and a delivery limit of 0 mean the defaults of the broker.
int retort_declare_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name, int durable,
                                 retort_bytes type, int delivery_limit, int exclusive);
int retort_prefetch(amqp_connection_state_t connection, uint16_t channel, uint16_t count);
int retort_select_confirms(amqp_connection_state_t connection, uint16_t channel);
int retort_consume(amqp_connection_state_t connection, uint16_t channel, retort_bytes queue, int no_ack);
int retort_cancel(amqp_connection_state_t connection, uint16_t channel, retort_bytes tag);
int retort_ack(amqp_connection_state_t connection, uint16_t channel, uint64_t tag);
int retort_close_connection(amqp_connection_state_t connection);
int retort_confirm_connection_close(amqp_connection_state_t connection);

// Computes the HMAC-SHA-256 (RFC 2104, FIPS 180-4) of `bytes` with libcrypto, and writes it to `code`. Returns 0 on
// failure.
int retort_hmac_sha256(retort_bytes key, retort_bytes bytes, uint8_t code[32]);

// Returns whether two codes are equal. The comparison takes the same time for all codes.
int retort_equal_codes(const uint8_t one[32], const uint8_t other[32]);

// The three functions below create, signal and reset an eventfd, with which one thread wakes another thread.
int retort_eventfd(void);
void retort_signal_eventfd(int fd);
void retort_clear_eventfd(int fd);
// Limits the time for which the kernel keeps bytes that the peer has not acknowledged, in milliseconds; 0 for the
// kernel's default. After this time, the kernel ends the connection and discards the bytes (TCP_USER_TIMEOUT).
void retort_limit_unacknowledged(int fd, unsigned int milliseconds);
// Makes the kernel discard the bytes that the peer has not acknowledged when the socket is closed (SO_LINGER). The same
// applies when the process ends, even by SIGKILL. Otherwise the kernel could deliver requests to the broker after a
// later run has looked up their changes.
void retort_discard_unsent(int fd);
// Enlarges the send buffer of a socket. Returns the new size in bytes, or 0 on failure.
int retort_enlarge_send_buffer(int fd, int bytes);
// Waits until the socket or the eventfd is ready, or until the time is over. Returns the sum of these bits: 1 if the
// socket is readable, 2 if the socket is writable and `want_write` is set, 4 if the eventfd is signalled. Returns 0 if
// the time is over.
int retort_wait(int socket, int want_write, int event, int milliseconds);

#endif
