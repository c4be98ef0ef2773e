/* A service and a client for benchmarks of AMQP requests, which use only librabbitmq.

     link respond URI QUEUE [TOTAL]   is a service that replies to each request with a resource (prefetch 64). It runs
                                      until a signal ends it. When another client sends its first request, the service
                                      prints two numbers about the previous client: the number of its requests, and
                                      the median time between two requests in nanoseconds. With TOTAL, a client can
                                      list that many resources in pages of 100, and destroy them.
     link ask URI QUEUE COUNT WINDOW  is a client that sends COUNT requests, at most WINDOW of them in flight, and
                                      receives the replies. */
#define _GNU_SOURCE /* declares memmem */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void check(int bad, const char *what) {
  if (bad) { fprintf(stderr, "%s failed\n", what); exit(1); }
}

static amqp_connection_state_t log_in(char *uri) {
  struct amqp_connection_info to;
  amqp_default_connection_info(&to);
  check(amqp_parse_url(uri, &to), "amqp_parse_url");
  amqp_connection_state_t link = amqp_new_connection();
  amqp_socket_t *socket = amqp_tcp_socket_new(link);
  check(!socket || amqp_socket_open(socket, to.host, to.port), "amqp_socket_open");
  amqp_rpc_reply_t reply = amqp_login(link, to.vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, to.user, to.password);
  check(reply.reply_type != AMQP_RESPONSE_NORMAL, "amqp_login");
  check(!amqp_channel_open(link, 1), "amqp_channel_open");
  return link;
}

/* The times between the requests of one client. A client that waits for each reply needs this time for a request. */
static struct { char asker[256]; long last, count, gaps[1 << 20]; } timing;

static int ascending(const void *a, const void *b) {
  long left = *(const long *)a, right = *(const long *)b;
  return (left > right) - (left < right);
}

static void hear(amqp_bytes_t asker) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long at = now.tv_sec * 1000000000L + now.tv_nsec;
  if (strlen(timing.asker) == asker.len && !memcmp(timing.asker, asker.bytes, asker.len)) {
    if (timing.count < (long)(sizeof timing.gaps / sizeof *timing.gaps)) timing.gaps[timing.count++] = at - timing.last;
  } else {
    qsort(timing.gaps, timing.count, sizeof *timing.gaps, ascending);
    if (*timing.asker) printf("%ld %ld\n", timing.count + 1, timing.count ? timing.gaps[timing.count / 2] : 0);
    fflush(stdout);
    snprintf(timing.asker, sizeof timing.asker, "%.*s", (int)asker.len, (char *)asker.bytes);
    timing.count = 0;
  }
  timing.last = at;
}

static int contains(amqp_bytes_t text, const char *word) {
  return memmem(text.bytes, text.len, word, strlen(word)) != NULL;
}

/* Returns a response with the first 100 resources that no client has destroyed, or with fewer if fewer are left. */
static char *page(long first, long last) {
  static char text[16384];
  char *end = text + sprintf(text, "{\"id\":\"1\",\"jsonrpc\":\"2.0\",\"result\":{\"data\":[");
  for (long id = first; id <= last && id < first + 100; id++)
    end += sprintf(end, "%s{\"id\":\"%ld\",\"type\":\"posts\",\"attributes\":{\"text\":\"Post\"}}", id > first ? "," : "", id);
  strcpy(end, "]}}");
  return text;
}

/* Returns a response with the resource whose id the request contains or, if it contains no id, with the resource 1. */
static char *resource(amqp_bytes_t request) {
  static char text[256];
  static const char mark[] = "\"params\":{\"id\":\"";
  char *found = memmem(request.bytes, request.len, mark, sizeof mark - 1);
  char *id = found ? found + sizeof mark - 1 : "1\"";
  char *end = found ? memchr(id, '"', (char *)request.bytes + request.len - id) : id + 1;
  sprintf(text, "{\"id\":\"1\",\"jsonrpc\":\"2.0\",\"result\":{\"data\":{\"id\":\"%.*s\",\"type\":\"posts\",\"attributes\":{\"text\":\"Post 1\"}}}}",
          end && end - id <= 64 ? (int)(end - id) : 0, id);
  return text;
}

static void respond(amqp_connection_state_t link, char *queue, long total) {
  long destroyed = 0;
  check(!amqp_queue_declare(link, 1, amqp_cstring_bytes(queue), 0, 0, 0, 0, amqp_empty_table), "amqp_queue_declare");
  check(!amqp_basic_qos(link, 1, 0, 64, 0), "amqp_basic_qos");
  check(!amqp_basic_consume(link, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 1, 0, amqp_empty_table), "consume");
  puts("ready");
  fflush(stdout);
  for (;;) {
    amqp_envelope_t got;
    amqp_maybe_release_buffers(link);
    if (amqp_consume_message(link, &got, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL) return;
    hear(got.message.properties.reply_to);
    char *reply = total && contains(got.message.body, "\"method\":\"index\"") ? page(destroyed + 1, total) : resource(got.message.body);
    if (total && contains(got.message.body, "\"method\":\"destroy\"")) destroyed++;
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG,
                                          .correlation_id = got.message.properties.correlation_id,
                                          .content_type = amqp_cstring_bytes("application/json")};
    amqp_basic_publish(link, 1, amqp_empty_bytes, got.message.properties.reply_to, 0, 0, &properties,
                       amqp_cstring_bytes(reply));
    amqp_destroy_envelope(&got);
  }
}

static void ask_one(amqp_connection_state_t link, char *queue, amqp_bytes_t replies, int number) {
  char id[64], body[256];
  snprintf(id, sizeof id, "0b7c2a54-62f0-4e0c-9d0f-2f3d8a6b1c00-%d", number);
  snprintf(body, sizeof body,
           "{\"id\":\"%s\",\"jsonrpc\":\"2.0\",\"method\":\"show\",\"params\":{\"id\":\"1\",\"meta\":{\"host\":\"bench\"}}}", id);
  amqp_basic_properties_t properties = {
      ._flags = AMQP_BASIC_CORRELATION_ID_FLAG | AMQP_BASIC_REPLY_TO_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG,
      .correlation_id = amqp_cstring_bytes(id), .reply_to = replies, .content_type = amqp_cstring_bytes("application/json")};
  amqp_basic_publish(link, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 1, 0, &properties, amqp_cstring_bytes(body));
}

static void ask(amqp_connection_state_t link, char *queue, int count, int window) {
  amqp_queue_declare_ok_t *declared = amqp_queue_declare(link, 1, amqp_empty_bytes, 0, 0, 1, 1, amqp_empty_table);
  check(!declared, "amqp_queue_declare");
  amqp_bytes_t replies = amqp_bytes_malloc_dup(declared->queue);
  check(!amqp_basic_consume(link, 1, replies, amqp_empty_bytes, 0, 1, 1, amqp_empty_table), "amqp_basic_consume");
  int sent = 0, taken = 0;
  while (sent < window && sent < count) ask_one(link, queue, replies, ++sent);
  while (taken < count) {
    amqp_envelope_t got;
    amqp_maybe_release_buffers(link);
    check(amqp_consume_message(link, &got, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL, "amqp_consume_message");
    amqp_destroy_envelope(&got);
    taken++;
    if (sent < count) ask_one(link, queue, replies, ++sent);
  }
  amqp_connection_close(link, AMQP_REPLY_SUCCESS);
}

int main(int count, char **words) {
  check(count < 4 || (strcmp(words[1], "respond") && count < 6), "usage: link respond|ask URI QUEUE [COUNT WINDOW]");
  amqp_connection_state_t link = log_in(words[2]);
  if (!strcmp(words[1], "respond")) respond(link, words[3], count > 4 ? atol(words[4]) : 0);
  else ask(link, words[3], atoi(words[4]), atoi(words[5]));
  return 0;
}
