#ifndef RETORT_CREADLINE_H
#define RETORT_CREADLINE_H

#include <stdint.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

// Wrappers for features of C that Swift can't use directly: readline's global variables and callbacks, eventfd,
// sigaction. The functions whose names begin with `rl_` or `retort_line_` belong to one thread. Only the thread that
// called `retort_readline_open` may call them.

/// Completes the word at the cursor after a Tab. Sets `start` to the offset where the replaced text starts, and
/// `suffix` to the character to insert after a single match (0 for no character). Returns the matches in readline's
/// form: a malloc'ed array of malloc'ed strings, first the common prefix of all matches, at the end NULL. Returns NULL
/// if there are no matches.
typedef char **retort_completer(void *context, const char *line, int cursor, int *start, int *suffix);

/// Returns a list of the last completion's candidates as malloc'ed text. NULL means that readline shows its own list.
typedef char *retort_lister(void *context, int columns);

/// Sets up readline on a terminal: the streams, the program's name, and the completion. Turns off readline's own
/// handling of signals.
void retort_readline_open(
    FILE *input, FILE *output, retort_completer *completer, retort_lister *lister, void *context);

/// Writes the number of a style to `looks` for each byte of the line. Style 0 is the default style. Returns 0 if the
/// line has no styles.
typedef int retort_painter(void *context, const char *line, int length, int cursor, unsigned char *looks);

/// Shows the line in colours from now on. Each style is a text of SGR parameters (ECMA-48 8.3.117), such as `1;36`. The
/// first style is the default style. The caller must not free the texts.
void retort_line_paint(retort_painter *painter, void *context, const char *const *looks, int count);

/// The version of readline that the program uses (`rl_library_version`).
const char *retort_readline_version(void);

/// Returns a text to show in grey after the line, while the cursor is at the end of the line. The text is malloc'ed;
/// NULL means no text.
typedef char *retort_hinter(void *context, const char *line);

/// Shows hints from now on. Hints appear only if the line is shown in colours.
void retort_line_hint(retort_hinter *hinter, void *context);

/// Removes the hint from the screen. The cursor must be where readline has left it.
void retort_hint_clear(void);

/// Returns the help for the word at the cursor, to show above the line. The text is malloc'ed; NULL means no text.
typedef char *retort_explainer(void *context, const char *line, int cursor);

/// Adds the command `help-at-cursor` to readline, and binds it to F1 and Alt-H.
void retort_line_explain(retort_explainer *explainer, void *context);

/// Sets LC_CTYPE to the locale of the environment if that locale uses UTF-8, and otherwise to C.UTF-8. The other
/// categories do not change.
void retort_use_utf8(void);

/// The state of the line: the user still edits it, Enter finished it, the end of the input ended it, or the user wants
/// to continue it in an editor.
enum retort_line_state { RETORT_LINE_OPEN, RETORT_LINE_TAKEN, RETORT_LINE_ENDED, RETORT_LINE_EDIT };

/// Prepares the terminal, and shows the prompt and a line that begins with `indent` spaces and `text`.
///
/// The user can edit the text. If the user types `end`, `else` or `rescue` after the spaces, two of the spaces are
/// removed.
void retort_line_begin(const char *prompt, int indent, const char *text);

/// Reads one key. After the last key of a line, restores the terminal. The finished line is malloc'ed and belongs to
/// the caller.
enum retort_line_state retort_line_read(char **line);

/// Abandons the line: moves the cursor behind the line, shows `^C` for SIGINT, and restores the terminal.
void retort_line_abandon(int signal_number);

/// Shows a text above the line. The line itself does not change. A prompt other than NULL replaces the line's prompt.
void retort_line_notice(const char *text, const char *prompt);

/// Suspends the process after Ctrl-Z. First restores the terminal. Resumes editing when the process continues.
void retort_line_suspend(void);

/// Turns off the echo of typed characters until `retort_echo_on` or the end of the process. The terminal still echoes
/// the line end.
void retort_echo_off(int input);
/// Turns on the echo of typed characters again.
void retort_echo_on(int input);

/// Makes an eventfd, which is non-blocking unless `blocking` is set. Returns -1 on failure.
int retort_bell_open(int blocking);
/// Signals the eventfd, and so wakes the thread that waits for it.
void retort_bell_ring(int bell);
/// Resets the eventfd. If the eventfd is blocking, first waits until it is signalled.
void retort_bell_answer(int bell);

/// Catches a signal, so that `retort_signals_wait` reports it. A signal that the process ignores stays ignored.
void retort_signal_catch(int number);
/// Opens the eventfd for the signals. Returns 0; on failure, returns -1 and sets errno.
int retort_signals_open(void);
/// Waits until a signal is caught. Returns all caught signals as bits: bit n is signal n.
uint64_t retort_signals_wait(void);

#endif
