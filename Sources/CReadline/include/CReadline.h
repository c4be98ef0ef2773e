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
// Gives the lines that list what the completer found last, to be freed; NULL for readline's own list.
typedef char *retort_lister(void *context, int columns);
void retort_readline_open(
    FILE *input, FILE *output, retort_completer *completer, retort_lister *lister, void *context);

/// Tells how a line is to look: sets for each of its bytes the number of its look (0: the usual one), and returns 0 where
/// the line has none.
typedef int retort_painter(void *context, const char *line, int length, int cursor, unsigned char *looks);

/// Shows the line in colours from now on. A look is the parameters of SGR (ECMA-48 8.3.117), such as `1;36`; the first is
/// the usual one. They must stay where they are.
void retort_line_paint(retort_painter *painter, void *context, const char *const *looks, int count);

/// Puts LC_CTYPE on the environment's locale if that is UTF-8, else on C.UTF-8. Nothing else of the locale is touched.
void retort_use_utf8(void);

/// What became of the line being edited; `RETORT_LINE_EDIT` is one that is to go on in an editor.
enum retort_line_state { RETORT_LINE_OPEN, RETORT_LINE_TAKEN, RETORT_LINE_ENDED, RETORT_LINE_EDIT };

/// Prepares the terminal and shows the prompt, and a line that begins with so many spaces.
///
/// They become two less when `end`, `else` or `rescue` is typed behind them.
///
/// A text stands after the spaces, to be edited.
void retort_line_begin(const char *prompt, int indent, const char *text);

/// Reads one key. A line that was taken is malloc'ed and the caller's; the terminal is then as it was before.
enum retort_line_state retort_line_read(char **line);

/// Leaves the line: the cursor goes behind it, `^C` is shown for SIGINT, the terminal becomes as it was before.
void retort_line_abandon(int signal_number);

/// Shows text above the line being edited, which stays as it is; its prompt becomes another one, unless that is NULL.
void retort_line_notice(const char *text, const char *prompt);

/// Stops the process as Ctrl-Z wants it, the terminal as it was before; goes on with the line when continued.
void retort_line_suspend(void);

/// Has a terminal show nothing of a line that is typed but its end, until `retort_echo_on` or the end of the process.
void retort_echo_off(int input);
/// Has the terminal as it was before `retort_echo_off`.
void retort_echo_on(int input);

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
