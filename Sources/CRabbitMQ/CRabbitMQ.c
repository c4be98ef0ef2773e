#define _GNU_SOURCE
#include "CRabbitMQ.h"

#include <stdlib.h>
#include <string.h>

static amqp_bytes_t bytes(retort_bytes b) {
  amqp_bytes_t result = {b.count, (void *)b.start};
  return result;
}

static retort_bytes lent(amqp_bytes_t b) {
  retort_bytes result = {b.bytes, b.len};
  return result;
}

static amqp_table_entry_t flag(const char *key) {
  amqp_table_entry_t entry;
  entry.key = amqp_cstring_bytes(key);
  entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
  entry.value.value.boolean = 1;
  return entry;
}

static void keep(char *reason, size_t size, amqp_bytes_t text) {
  size_t count = text.len < size - 1 ? text.len : size - 1;
  memcpy(reason, text.bytes, count);
  reason[count] = 0;
}

int retort_login(amqp_connection_state_t connection, const char *vhost, int frame_max, int heartbeat, const char *user,
                 const char *password, const char *name, uint16_t *code, char *reason, size_t reason_size) {
  amqp_table_entry_t capabilities[3] = {flag("consumer_cancel_notify"), flag("connection.blocked"), flag("basic.nack")};
  amqp_table_entry_t properties[2];
  properties[0].key = amqp_cstring_bytes("capabilities");
  properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
  properties[0].value.value.table.num_entries = 3;
  properties[0].value.value.table.entries = capabilities;
  properties[1].key = amqp_cstring_bytes("connection_name");
  properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
  properties[1].value.value.bytes = amqp_cstring_bytes(name);
  amqp_table_t table = {2, properties};
  *code = 0;
  reason[0] = 0;
  amqp_rpc_reply_t reply = amqp_login_with_properties(connection, vhost, 0, frame_max, heartbeat, &table,
                                                      AMQP_SASL_METHOD_PLAIN, user, password);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return AMQP_STATUS_OK;
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) return reply.library_error;
  if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
    amqp_connection_close_t *close = reply.reply.decoded;
    *code = close->reply_code;
    keep(reason, reason_size, close->reply_text);
  }
  return AMQP_STATUS_CONNECTION_CLOSED;
}

void retort_cluster_name(amqp_connection_state_t connection, char *name, size_t size) {
  amqp_table_t *properties = amqp_get_server_properties(connection);
  name[0] = 0;
  for (int i = 0; properties && i < properties->num_entries; i++) {
    amqp_table_entry_t *entry = &properties->entries[i];
    if (entry->value.kind != AMQP_FIELD_KIND_UTF8 || entry->key.len != strlen("cluster_name")) continue;
    if (memcmp(entry->key.bytes, "cluster_name", entry->key.len) == 0) keep(name, size, entry->value.value.bytes);
  }
}

static void read_method(const amqp_frame_t *raw, retort_frame *frame) {
  void *decoded = raw->payload.method.decoded;
  frame->kind = RETORT_FRAME_OTHER;
  switch (raw->payload.method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
      frame->kind = RETORT_FRAME_DELIVER;
      frame->number = ((amqp_basic_deliver_t *)decoded)->delivery_tag;
      frame->redelivered = ((amqp_basic_deliver_t *)decoded)->redelivered;
      break;
    case AMQP_BASIC_RETURN_METHOD:
      frame->kind = RETORT_FRAME_RETURN;
      frame->code = ((amqp_basic_return_t *)decoded)->reply_code;
      frame->text = lent(((amqp_basic_return_t *)decoded)->reply_text);
      break;
    case AMQP_BASIC_ACK_METHOD:
      frame->kind = RETORT_FRAME_ACK;
      frame->number = ((amqp_basic_ack_t *)decoded)->delivery_tag;
      frame->multiple = ((amqp_basic_ack_t *)decoded)->multiple;
      break;
    case AMQP_BASIC_NACK_METHOD:
      frame->kind = RETORT_FRAME_NACK;
      frame->number = ((amqp_basic_nack_t *)decoded)->delivery_tag;
      frame->multiple = ((amqp_basic_nack_t *)decoded)->multiple;
      break;
    case AMQP_CHANNEL_OPEN_OK_METHOD: frame->kind = RETORT_FRAME_CHANNEL_OPEN_OK; break;
    case AMQP_QUEUE_DECLARE_OK_METHOD: {
      amqp_queue_declare_ok_t *ok = decoded;
      frame->kind = RETORT_FRAME_DECLARE_OK;
      frame->text = lent(ok->queue);
      frame->number = ok->message_count;
      frame->consumers = ok->consumer_count;
      break;
    }
    case AMQP_BASIC_CONSUME_OK_METHOD:
      frame->kind = RETORT_FRAME_CONSUME_OK;
      frame->text = lent(((amqp_basic_consume_ok_t *)decoded)->consumer_tag);
      break;
    case AMQP_BASIC_QOS_OK_METHOD: frame->kind = RETORT_FRAME_QOS_OK; break;
    case AMQP_CONFIRM_SELECT_OK_METHOD: frame->kind = RETORT_FRAME_CONFIRM_OK; break;
    case AMQP_BASIC_CANCEL_METHOD:
      frame->kind = RETORT_FRAME_CANCEL;
      frame->text = lent(((amqp_basic_cancel_t *)decoded)->consumer_tag);
      break;
    case AMQP_BASIC_CANCEL_OK_METHOD: frame->kind = RETORT_FRAME_CANCEL_OK; break;
    case AMQP_CHANNEL_CLOSE_METHOD:
      frame->kind = RETORT_FRAME_CHANNEL_CLOSE;
      frame->code = ((amqp_channel_close_t *)decoded)->reply_code;
      frame->text = lent(((amqp_channel_close_t *)decoded)->reply_text);
      break;
    case AMQP_CHANNEL_CLOSE_OK_METHOD: frame->kind = RETORT_FRAME_CHANNEL_CLOSE_OK; break;
    case AMQP_CONNECTION_CLOSE_METHOD:
      frame->kind = RETORT_FRAME_CONNECTION_CLOSE;
      frame->code = ((amqp_connection_close_t *)decoded)->reply_code;
      frame->text = lent(((amqp_connection_close_t *)decoded)->reply_text);
      break;
    case AMQP_CONNECTION_CLOSE_OK_METHOD: frame->kind = RETORT_FRAME_CONNECTION_CLOSE_OK; break;
    case AMQP_CONNECTION_BLOCKED_METHOD:
      frame->kind = RETORT_FRAME_BLOCKED;
      frame->text = lent(((amqp_connection_blocked_t *)decoded)->reason);
      break;
    case AMQP_CONNECTION_UNBLOCKED_METHOD: frame->kind = RETORT_FRAME_UNBLOCKED; break;
  }
}

int retort_next_frame(amqp_connection_state_t connection, retort_frame *frame) {
  amqp_frame_t raw;
  struct timeval now = {0, 0};
  int status = amqp_simple_wait_frame_noblock(connection, &raw, &now);
  if (status != AMQP_STATUS_OK) return status;
  memset(frame, 0, sizeof *frame);
  frame->channel = raw.channel;
  switch (raw.frame_type) {
    case AMQP_FRAME_METHOD: read_method(&raw, frame); break;
    case AMQP_FRAME_HEADER: {
      amqp_basic_properties_t *properties = raw.payload.properties.decoded;
      frame->kind = RETORT_FRAME_HEADER;
      frame->number = raw.payload.properties.body_size;
      if (properties->_flags & AMQP_BASIC_CORRELATION_ID_FLAG) frame->correlation_id = lent(properties->correlation_id);
      if (properties->_flags & AMQP_BASIC_REPLY_TO_FLAG) frame->reply_to = lent(properties->reply_to);
      break;
    }
    case AMQP_FRAME_BODY:
      frame->kind = RETORT_FRAME_BODY;
      frame->body = lent(raw.payload.body_fragment);
      break;
    default: frame->kind = RETORT_FRAME_OTHER;
  }
  return AMQP_STATUS_OK;
}

static amqp_basic_properties_t properties_of(const retort_message *message) {
  amqp_basic_properties_t properties;
  memset(&properties, 0, sizeof properties);
  properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.content_type = amqp_cstring_bytes("application/json");
  properties.delivery_mode = 1;
  if (message->correlation_id.count) {
    properties._flags |= AMQP_BASIC_CORRELATION_ID_FLAG;
    properties.correlation_id = bytes(message->correlation_id);
  }
  if (message->reply_to.count) {
    properties._flags |= AMQP_BASIC_REPLY_TO_FLAG;
    properties.reply_to = bytes(message->reply_to);
  }
  if (message->expiration.count) {
    properties._flags |= AMQP_BASIC_EXPIRATION_FLAG;
    properties.expiration = bytes(message->expiration);
  }
  return properties;
}

int retort_publish(amqp_connection_state_t connection, uint16_t channel, const retort_message *message) {
  amqp_basic_properties_t properties = properties_of(message);
  return amqp_basic_publish(connection, channel, amqp_empty_bytes, bytes(message->routing_key), message->mandatory, 0,
                            &properties, bytes(message->body));
}

// Writes a number as `size` bytes in big-endian order. Returns the position after the number.
static uint8_t *put(uint8_t *at, uint64_t number, int size) {
  while (size > 0) *at++ = (uint8_t)(number >> (8 * --size));
  return at;
}

enum { BEFORE_PAYLOAD = 7, AROUND_PAYLOAD = 8, MOST_BEFORE_BODY = 2048 };

// Completes a frame whose payload is already in the buffer. Writes the type, the channel and the size before the
// payload, and the end byte after the payload (AMQP 0-9-1, section 4.2.3). Returns the position after the frame.
static uint8_t *seal(uint8_t *frame, uint8_t type, uint16_t channel, size_t size) {
  put(put(put(frame, type, 1), channel, 2), size, 4);
  frame[BEFORE_PAYLOAD + size] = AMQP_FRAME_END;
  return frame + AROUND_PAYLOAD + size;
}

static uint8_t *write_method(uint8_t *frame, uint16_t channel, amqp_method_number_t id, void *decoded) {
  uint8_t *arguments = put(frame + BEFORE_PAYLOAD, id, 4);
  amqp_bytes_t room = {MOST_BEFORE_BODY / 2 - AROUND_PAYLOAD - 4, arguments};
  int size = amqp_encode_method(id, decoded, room);
  return size < 0 ? 0 : seal(frame, AMQP_FRAME_METHOD, channel, 4 + size);
}

static uint8_t *write_header(uint8_t *frame, uint16_t channel, const retort_message *message) {
  amqp_basic_properties_t properties = properties_of(message);
  uint8_t *flags = put(put(put(frame + BEFORE_PAYLOAD, AMQP_BASIC_CLASS, 2), 0, 2), message->body.count, 8);
  amqp_bytes_t room = {MOST_BEFORE_BODY / 2 - AROUND_PAYLOAD - 12, flags};
  int size = amqp_encode_properties(AMQP_BASIC_CLASS, &properties, room);
  return size < 0 ? 0 : seal(frame, AMQP_FRAME_HEADER, channel, 12 + size);
}

size_t retort_write_publish(uint8_t *start, size_t room, size_t frame_max, uint16_t channel,
                            const retort_message *message) {
  size_t count = message->body.count;
  if (room < MOST_BEFORE_BODY + AROUND_PAYLOAD || count > room - MOST_BEFORE_BODY - AROUND_PAYLOAD) return 0;
  if (frame_max && count + AROUND_PAYLOAD > frame_max) return 0;
  amqp_basic_publish_t method;
  memset(&method, 0, sizeof method);
  method.routing_key = bytes(message->routing_key);
  method.mandatory = message->mandatory;
  uint8_t *next = write_method(start, channel, AMQP_BASIC_PUBLISH_METHOD, &method);
  if (next) next = write_header(next, channel, message);
  if (!next) return 0;
  if (count) {
    memcpy(next + BEFORE_PAYLOAD, message->body.start, count);
    next = seal(next, AMQP_FRAME_BODY, channel, count);
  }
  return (size_t)(next - start);
}

size_t retort_write_ack(uint8_t *start, size_t room, uint16_t channel, uint64_t tag) {
  if (room < MOST_BEFORE_BODY) return 0;
  amqp_basic_ack_t method = {tag, 0};
  uint8_t *next = write_method(start, channel, AMQP_BASIC_ACK_METHOD, &method);
  return next ? (size_t)(next - start) : 0;
}

int retort_open_channel(amqp_connection_state_t connection, uint16_t channel) {
  amqp_channel_open_t method = {amqp_empty_bytes};
  return amqp_send_method(connection, channel, AMQP_CHANNEL_OPEN_METHOD, &method);
}

int retort_close_channel(amqp_connection_state_t connection, uint16_t channel) {
  amqp_channel_close_t method = {AMQP_REPLY_SUCCESS, amqp_empty_bytes, 0, 0};
  return amqp_send_method(connection, channel, AMQP_CHANNEL_CLOSE_METHOD, &method);
}

int retort_confirm_channel_close(amqp_connection_state_t connection, uint16_t channel) {
  amqp_channel_close_ok_t method = {0};
  return amqp_send_method(connection, channel, AMQP_CHANNEL_CLOSE_OK_METHOD, &method);
}

int retort_declare_reply_queue(amqp_connection_state_t connection, uint16_t channel) {
  amqp_queue_declare_t method;
  memset(&method, 0, sizeof method);
  method.exclusive = 1;
  method.auto_delete = 1;
  return amqp_send_method(connection, channel, AMQP_QUEUE_DECLARE_METHOD, &method);
}

int retort_find_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name) {
  amqp_queue_declare_t method;
  memset(&method, 0, sizeof method);
  method.queue = bytes(name);
  method.passive = 1;
  return amqp_send_method(connection, channel, AMQP_QUEUE_DECLARE_METHOD, &method);
}

int retort_declare_request_queue(amqp_connection_state_t connection, uint16_t channel, retort_bytes name, int durable,
                                 retort_bytes type, int delivery_limit, int exclusive) {
  amqp_table_entry_t arguments[2];
  int count = 0;
  if (type.count) {
    arguments[count].key = amqp_cstring_bytes("x-queue-type");
    arguments[count].value.kind = AMQP_FIELD_KIND_UTF8;
    arguments[count++].value.value.bytes = bytes(type);
  }
  if (delivery_limit) {
    arguments[count].key = amqp_cstring_bytes("x-delivery-limit");
    arguments[count].value.kind = AMQP_FIELD_KIND_I32;
    arguments[count++].value.value.i32 = delivery_limit;
  }
  amqp_queue_declare_t method;
  memset(&method, 0, sizeof method);
  method.queue = bytes(name);
  method.durable = durable;
  method.exclusive = exclusive;
  method.arguments.num_entries = count;
  method.arguments.entries = arguments;
  return amqp_send_method(connection, channel, AMQP_QUEUE_DECLARE_METHOD, &method);
}

int retort_prefetch(amqp_connection_state_t connection, uint16_t channel, uint16_t count) {
  amqp_basic_qos_t method = {0, count, 0};
  return amqp_send_method(connection, channel, AMQP_BASIC_QOS_METHOD, &method);
}

int retort_select_confirms(amqp_connection_state_t connection, uint16_t channel) {
  amqp_confirm_select_t method = {0};
  return amqp_send_method(connection, channel, AMQP_CONFIRM_SELECT_METHOD, &method);
}

int retort_consume(amqp_connection_state_t connection, uint16_t channel, retort_bytes queue, int no_ack) {
  amqp_basic_consume_t method;
  memset(&method, 0, sizeof method);
  method.queue = bytes(queue);
  method.no_ack = no_ack;
  method.arguments = amqp_empty_table;
  return amqp_send_method(connection, channel, AMQP_BASIC_CONSUME_METHOD, &method);
}

int retort_cancel(amqp_connection_state_t connection, uint16_t channel, retort_bytes tag) {
  amqp_basic_cancel_t method;
  memset(&method, 0, sizeof method);
  method.consumer_tag = bytes(tag);
  return amqp_send_method(connection, channel, AMQP_BASIC_CANCEL_METHOD, &method);
}

int retort_ack(amqp_connection_state_t connection, uint16_t channel, uint64_t tag) {
  return amqp_basic_ack(connection, channel, tag, 0);
}

int retort_close_connection(amqp_connection_state_t connection) {
  amqp_connection_close_t method = {AMQP_REPLY_SUCCESS, amqp_empty_bytes, 0, 0};
  return amqp_send_method(connection, 0, AMQP_CONNECTION_CLOSE_METHOD, &method);
}

int retort_confirm_connection_close(amqp_connection_state_t connection) {
  amqp_connection_close_ok_t method = {0};
  return amqp_send_method(connection, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &method);
}
