#ifndef RETORT_CREADLINE_H
#define RETORT_CREADLINE_H

#include <stdint.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

// What Swift cannot say itself: readline's globals and callbacks, eventfd, sigaction. Everything named `rl_` or
// `retort_line_` belongs to the one thread that called `retort_readline_open`.

/// Answers a Tab: the matches as readline wants them (malloc'ed; the first is what all have in common, the last is
/// NULL), the offset where they start, and the character after the only match (0: none). NULL: nothing fits.
typedef char **retort_completer(void *context, const char *line, int cursor, int *start, int *suffix);

/// Sets readline up on a terminal: streams, name, word breaking, completion, no signal handling of its own.
void retort_readline_open(FILE *input, FILE *output, retort_completer *completer, void *context);

/// Puts LC_CTYPE on the environment's locale if that is UTF-8, else on C.UTF-8. Nothing else of the locale is touched.
void retort_use_utf8(void);

/// What became of the line being edited.
enum retort_line_state { RETORT_LINE_OPEN, RETORT_LINE_TAKEN, RETORT_LINE_ENDED };

/// Prepares the terminal and shows the prompt.
void retort_line_begin(const char *prompt);

/// Reads one key. A line that was taken is malloc'ed and the caller's; the terminal is then as it was before.
enum retort_line_state retort_line_read(char **line);

/// Leaves the line: the cursor goes behind it, `^C` is shown for SIGINT, the terminal becomes as it was before.
void retort_line_abandon(int signal_number);

/// Shows text above the line being edited, which stays as it is.
void retort_line_notice(const char *text);

/// Stops the process as Ctrl-Z wants it, the terminal as it was before; goes on with the line when continued.
void retort_line_suspend(void);

/// Makes an eventfd, non-blocking unless `blocking`, or -1.
int retort_bell_open(int blocking);
/// Wakes whoever polls the eventfd.
void retort_bell_ring(int bell);
/// Takes back what was rung.
void retort_bell_answer(int bell);

/// Catches a signal for `retort_signals_wait`; a signal that was ignored when the program started stays ignored.
void retort_signal_catch(int number);
/// Opens the bell of the signals; 0, or -1 with errno.
int retort_signals_open(void);
/// Blocks until a signal was caught, and returns all that were, signal n as bit n.
uint64_t retort_signals_wait(void);

#endif
