#include "CRabbitMQ.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

void retort_send_heartbeat(amqp_connection_state_t connection) {
  struct pollfd socket = {amqp_get_sockfd(connection), POLLOUT, 0};
  if (poll(&socket, 1, 0) <= 0 || !(socket.revents & POLLOUT)) return;
  amqp_frame_t heartbeat = {.frame_type = AMQP_FRAME_HEARTBEAT};
  amqp_send_frame(connection, &heartbeat);
}

int retort_send(int fd, const uint8_t *start, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, start, count, MSG_NOSIGNAL);
    if (sent >= 0) {
      start += sent;
      count -= (size_t)sent;
    } else if (errno == EAGAIN) {
      struct pollfd full = {fd, POLLOUT, 0};
      if (poll(&full, 1, -1) < 0 && errno != EINTR) return -1;
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return 0;
}

int retort_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void retort_signal_eventfd(int fd) {
  uint64_t one = 1;
  while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void retort_clear_eventfd(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

void retort_limit_unacknowledged(int fd, unsigned int milliseconds) {
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}

void retort_discard_unsent(int fd) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int retort_enlarge_send_buffer(int fd, int size) {
  int got = 0;
  socklen_t length = sizeof got;
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &length) < 0 ? 0 : got;
}

int retort_wait(int socket, int want_write, int event, int milliseconds) {
  struct pollfd fds[2] = {{event, POLLIN, 0}, {socket, POLLIN | (want_write ? POLLOUT : 0), 0}};
  int count = poll(fds, socket >= 0 ? 2 : 1, milliseconds);
  if (count <= 0) return 0;
  int bits = fds[0].revents ? 4 : 0;
  if (socket >= 0 && fds[1].revents & (POLLIN | POLLERR | POLLHUP)) bits |= 1;
  if (socket >= 0 && fds[1].revents & POLLOUT) bits |= 2;
  return bits;
}
