#define _GNU_SOURCE
#include "TerminalMode.h"
#include "CReadline.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// ---- Restoring the terminal at every end of the process except SIGKILL ----

static const int fatal_signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
enum { FATAL_COUNT = sizeof fatal_signals / sizeof fatal_signals[0] };
static struct sigaction before_us[FATAL_COUNT];
static struct termios before_line;
static int terminal_input = -1, terminal_output = -1;
static volatile sig_atomic_t is_stored;

static void give_terminal_back(void) {
  static const char leave[] = "\033[?2004l\r\n";
  if (!is_stored) return;
  is_stored = 0;
  tcsetattr(terminal_input, TCSANOW, &before_line);
  if (write(terminal_output, leave, sizeof leave - 1) < 0) return;
}

// Restores the terminal, and raises the signal again with its earlier handler. The signal is blocked until this
// function returns. The raised signal therefore takes effect at the instruction that caused the first signal.
static void on_fatal_signal(int number) {
  give_terminal_back();
  for (int i = 0; i < FATAL_COUNT; i++)
    if (fatal_signals[i] == number) sigaction(number, &before_us[i], NULL);
  raise(number);
}

static void watch_over_terminal(void) {
  static int is_watching;
  struct sigaction action;
  if (is_watching) return;
  is_watching = 1;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_fatal_signal;
  action.sa_flags = SA_ONSTACK;
  for (int i = 0; i < FATAL_COUNT; i++) {
    sigaction(fatal_signals[i], NULL, &before_us[i]);
    if (before_us[i].sa_handler != SIG_IGN) sigaction(fatal_signals[i], &action, NULL);
  }
  atexit(give_terminal_back);
}

void retort_mode_watch(int input, int output) {
  terminal_input = input;
  terminal_output = output;
  watch_over_terminal();
}

void retort_mode_store(void) {
  tcgetattr(terminal_input, &before_line);
  is_stored = 1;
}

void retort_mode_forget(void) { is_stored = 0; }

// Stores the mode of the terminal before a question or a pager. Does nothing if the mode is already stored.
static int store_mode(int input) {
  if (is_stored) return 1;
  if (tcgetattr(input, &before_line) != 0) return 0;
  if (terminal_input < 0) terminal_input = input;
  watch_over_terminal();
  is_stored = 1;
  return 1;
}

void retort_echo_off(int input) {
  if (!store_mode(input)) return;
  struct termios quiet = before_line;
  quiet.c_lflag = (quiet.c_lflag & ~(tcflag_t)ECHO) | ECHONL;
  tcsetattr(input, TCSAFLUSH, &quiet);
}

void retort_suspend_key_off(int input) {
  if (!store_mode(input)) return;
  struct termios mode = before_line;
  mode.c_cc[VSUSP] = _POSIX_VDISABLE;
  tcsetattr(input, TCSANOW, &mode);
}

void retort_mode_restore(int input) {
  if (!is_stored) return;
  is_stored = 0;
  tcsetattr(input, TCSANOW, &before_line);
}

// ---- Discarding input ----

int retort_input_discard(int input, int pause) {
  struct termios before, raw;
  struct pollfd source = {input, POLLIN, 0};
  char bytes[4096];
  int lines = 0, is_in_line = 0;
  rl_clear_pending_input();
  // In the terminal's default mode, the program could not read a line without its end, and the terminal would show the
  // discarded text.
  int has_mode = tcgetattr(input, &before) == 0;
  if (has_mode) {
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(input, TCSANOW, &raw);
  }
  while (poll(&source, 1, pause) > 0) {
    ssize_t count = read(input, bytes, sizeof bytes);
    if (count <= 0) break;
    for (ssize_t i = 0; i < count; i++) {
      is_in_line = bytes[i] != '\n' && bytes[i] != '\r';
      if (!is_in_line) lines++;
    }
  }
  if (has_mode) tcsetattr(input, TCSANOW, &before);
  return lines + is_in_line;
}
