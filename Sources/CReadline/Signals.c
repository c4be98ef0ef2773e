#define _GNU_SOURCE
#include "CReadline.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

// ---- Eventfds ----

int retort_bell_open(int blocking) {
  return eventfd(0, EFD_CLOEXEC | (blocking ? 0 : EFD_NONBLOCK));
}

void retort_bell_ring(int bell) {
  eventfd_write(bell, 1);
}

void retort_bell_answer(int bell) {
  eventfd_t count;
  eventfd_read(bell, &count);
}

// ---- Signals ----

static _Atomic uint64_t caught;
static int signal_bell = -1;

// Handles a signal, on the thread that received it. A signal handler may use only a few operations, such as `write`.
// The function therefore only records the signal and wakes the thread in `retort_signals_wait`.
static void on_signal(int number) {
  int saved = errno;
  atomic_fetch_or(&caught, UINT64_C(1) << number);
  retort_bell_ring(signal_bell);
  errno = saved;
}

int retort_signals_open(void) {
  signal_bell = retort_bell_open(1);
  return signal_bell < 0 ? -1 : 0;
}

void retort_signal_catch(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, NULL);
}

void retort_signal_release(int number) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) == 0 && action.sa_handler == on_signal) signal(number, SIG_DFL);
}

void retort_stop(void) {
  retort_signal_release(SIGTSTP);
  raise(SIGTSTP);
  retort_signal_catch(SIGTSTP);
}

uint64_t retort_signals_wait(void) {
  retort_bell_answer(signal_bell);
  return atomic_exchange(&caught, 0);
}
