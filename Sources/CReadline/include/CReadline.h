#ifndef RETORT_CREADLINE_H
#define RETORT_CREADLINE_H

#include <stdint.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

// Wrappers for C features that Swift can't use directly: readline's globals and callbacks, eventfd, sigaction. Only the
// thread that called `retort_readline_open` may call functions whose names begin with `rl_` or `retort_line_`.

/// Completes the word at a Tab. Returns the matches in readline's form (malloc'ed; the first is their common prefix,
/// the last is NULL), the offset where they start, and the character after a single match (0 for no character); NULL
/// without matches.
typedef char **retort_completer(void *context, const char *line, int cursor, int *start, int *suffix);

/// Returns the list of the last completion's candidates (malloc'ed; NULL for readline's own list).
typedef char *retort_lister(void *context, int columns);

/// Sets up readline on a terminal: streams, name, word breaking, completion; readline's own signal handling is off.
void retort_readline_open(
    FILE *input, FILE *output, retort_completer *completer, retort_lister *lister, void *context);

/// Sets the number of a style for each byte of a line (0 is the default style); returns 0 if the line has no styles.
typedef int retort_painter(void *context, const char *line, int length, int cursor, unsigned char *looks);

/// Shows the line in colours from now on. A style is a list of SGR parameters (ECMA-48 8.3.117), such as `1;36`; the
/// first style is the default. The strings must not be freed.
void retort_line_paint(retort_painter *painter, void *context, const char *const *looks, int count);

/// The version of readline that the program uses (`rl_library_version`).
const char *retort_readline_version(void);

/// Returns a text to show in grey after the line while the cursor is at its end (malloc'ed; NULL for no text).
typedef char *retort_hinter(void *context, const char *line);

/// Shows hints from now on, if the line is shown in colours.
void retort_line_hint(retort_hinter *hinter, void *context);

/// Removes the hint from the screen; the cursor must be where readline left it.
void retort_hint_clear(void);

/// Returns the text to show above the line for the word at the cursor (malloc'ed; NULL for no text).
typedef char *retort_explainer(void *context, const char *line, int cursor);

/// Adds readline's command `help-at-cursor`, and binds it to F1 and Alt-H.
void retort_line_explain(retort_explainer *explainer, void *context);

/// Sets LC_CTYPE to the environment's locale if that is UTF-8, else to C.UTF-8. The other categories do not change.
void retort_use_utf8(void);

/// The state of the line: being edited, taken by Enter, ended by the end of the input, or to be continued in an editor.
enum retort_line_state { RETORT_LINE_OPEN, RETORT_LINE_TAKEN, RETORT_LINE_ENDED, RETORT_LINE_EDIT };

/// Prepares the terminal, and shows the prompt and a line that begins with `indent` spaces and the given text.
///
/// The user can edit the text. If the user types `end`, `else` or `rescue` after the spaces, two spaces are removed.
void retort_line_begin(const char *prompt, int indent, const char *text);

/// Reads one key. A finished line is malloc'ed and belongs to the caller; the terminal is then restored.
enum retort_line_state retort_line_read(char **line);

/// Abandons the line: moves the cursor after it, shows `^C` for SIGINT, and restores the terminal.
void retort_line_abandon(int signal_number);

/// Shows text above the line being edited, which does not change; a prompt other than NULL replaces the line's prompt.
void retort_line_notice(const char *text, const char *prompt);

/// Restores the terminal and suspends the process, for Ctrl-Z; resumes editing when the process continues.
void retort_line_suspend(void);

/// Turns off the echo of typed characters except the line end, until `retort_echo_on` or the end of the process.
void retort_echo_off(int input);
/// Restores the echo.
void retort_echo_on(int input);

/// Makes an eventfd, non-blocking unless `blocking`; -1 on failure.
int retort_bell_open(int blocking);
/// Wakes the thread that polls the eventfd.
void retort_bell_ring(int bell);
/// Resets the eventfd; if the eventfd is blocking, waits first until it is signalled.
void retort_bell_answer(int bell);

/// Catches a signal for `retort_signals_wait`; a signal that the process ignores remains ignored.
void retort_signal_catch(int number);
/// Opens the eventfd of the signals; returns 0, or -1 with errno.
int retort_signals_open(void);
/// Blocks until a signal is caught, and returns all caught signals, signal n as bit n.
uint64_t retort_signals_wait(void);

#endif
