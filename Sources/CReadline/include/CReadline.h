#ifndef RETORT_CREADLINE_H
#define RETORT_CREADLINE_H

#include <stdint.h>
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

// Wrappers for features of C that Swift can't use directly: readline's global variables and callbacks, eventfd,
// sigaction. Only the thread that called `retort_readline_open` may call the functions whose names begin with `rl_` or
// `retort_line_`.

/// Finds the completions of the word at the cursor, after the user presses Tab. Sets `start` to the offset of the text
/// that a completion replaces. Sets `suffix` to the character to insert if there is only one completion; 0 means no
/// character. Returns a malloc'ed array of malloc'ed strings, as readline needs it: the common prefix of all
/// completions, the completions, and NULL. Returns NULL if there are no completions.
typedef char **retort_completer(void *context, const char *line, int cursor, int *start, int *suffix);

/// Returns the list of completions to show after the user presses Tab, as malloc'ed text. NULL means that readline
/// shows its own list.
typedef char *retort_lister(void *context, int columns);

/// Sets up readline for a terminal: the streams, the program's name, and the completion. Turns off readline's own
/// handling of signals.
void retort_readline_open(
    FILE *input, FILE *output, retort_completer *completer, retort_lister *lister, void *context);

/// Writes the number of a style to `looks` for each byte of the line. Style 0 is the default style. Returns 0 if the
/// line has no styles.
typedef int retort_painter(void *context, const char *line, int length, int cursor, unsigned char *looks);

/// Shows the line in colours from now on. `looks` contains `count` styles. Each style is a text of SGR parameters
/// (ECMA-48 8.3.117), such as `1;36`. The first style is the default style. The caller must not free the texts.
void retort_line_paint(retort_painter *painter, void *context, const char *const *looks, int count);

/// Draws the line again after a change of the terminal's size (rl_resize_terminal).
void retort_line_resize(void);

/// Returns the version of readline that the program uses (`rl_library_version`).
const char *retort_readline_version(void);

/// Returns a hint: a text to show in grey after the line while the cursor is at the end of the line. The text is
/// malloc'ed. NULL means no hint.
typedef char *retort_hinter(void *context, const char *line);

/// Shows hints from now on. Hints appear only if the line is shown in colours.
void retort_line_hint(retort_hinter *hinter, void *context);

/// Removes the hint from the screen. The cursor must still be at the position to which readline has moved it.
void retort_hint_clear(void);

/// Returns the help for the word at the cursor, to show above the line. The text is malloc'ed. NULL means that there is
/// no help.
typedef char *retort_explainer(void *context, const char *line, int cursor);

/// Adds the command `help-at-cursor` to readline, and binds it to F1 and Alt-H.
void retort_line_explain(retort_explainer *explainer, void *context);

/// Makes the C library use UTF-8: sets LC_CTYPE to the locale of the environment, or to C.UTF-8 if that locale does not
/// use UTF-8. The other locale categories do not change.
void retort_use_utf8(void);

/// The state of the line. OPEN: the user is still editing the line. TAKEN: the user has pressed Enter. ENDED: the input
/// has ended. EDIT: the user wants to continue in an external editor.
enum retort_line_state { RETORT_LINE_OPEN, RETORT_LINE_TAKEN, RETORT_LINE_ENDED, RETORT_LINE_EDIT };

/// Prepares the terminal, and shows the prompt and a line that begins with `indent` spaces and `text`.
///
/// The user can edit the text. If the first word that the user types is `end`, `else` or `rescue`, two of the spaces
/// are removed.
void retort_line_begin(const char *prompt, int indent, const char *text);

/// Reads one key. If the key finishes the line, restores the terminal, and sets `line` to the malloc'ed text, which the
/// caller must free. At the end of the input, sets `line` to NULL.
enum retort_line_state retort_line_read(char **line);

/// Stops the editing of the line without a result: moves the cursor behind the line, shows `^C` for SIGINT, and
/// restores the terminal.
void retort_line_abandon(int signal_number);

/// Shows a text above the line. The line itself does not change. `prompt` is the new prompt, or NULL if the prompt does
/// not change.
void retort_line_notice(const char *text, const char *prompt);

/// Reads and discards the input that waits in the terminal, and further input until none arrives for `pause`
/// milliseconds. Returns the number of discarded lines; text without a line end at the end counts as a line.
int retort_input_discard(int input, int pause);

/// Suspends the process after Ctrl-Z: restores the terminal, stops the process, and resumes the editing when the
/// process continues.
void retort_line_suspend(void);

/// Turns off the display of typed characters, until `retort_mode_restore` or the end of the process. The terminal still
/// shows the line end.
void retort_echo_off(int input);
/// Makes Ctrl-Z send no signal, until `retort_mode_restore` or the end of the process.
void retort_suspend_key_off(int input);
/// Restores the mode that the terminal had before `retort_echo_off` or `retort_suspend_key_off`.
void retort_mode_restore(int input);

/// Whether a type of terminal, such as `xterm`, is known, and can erase a part of a line and move its cursor. Must not
/// be called after `retort_readline_open`, because the function changes the terminal type that readline uses.
int retort_terminal_moves_cursor(const char *type);

/// Creates an eventfd, in blocking mode if `blocking` is not 0. Returns -1 on failure.
int retort_bell_open(int blocking);
/// Signals the eventfd, which wakes the thread that waits for it.
void retort_bell_ring(int bell);
/// Resets the eventfd. In blocking mode, waits until the eventfd is signalled, and then resets it.
void retort_bell_answer(int bell);

/// Begins to catch a signal, which `retort_signals_wait` then reports. A signal that the process ignores stays ignored.
void retort_signal_catch(int number);
/// Ends the catching of a signal; the signal then has its default effect.
void retort_signal_release(int number);
/// Stops the process, as Ctrl-Z does, and returns when the process continues. SIGTSTP must be caught, and is caught
/// again afterwards.
void retort_stop(void);
/// Creates the eventfd for caught signals. Returns 0 on success. On failure, returns -1 and sets errno.
int retort_signals_open(void);
/// Waits until a signal is caught. Returns the signals caught since the last call as bits: bit n stands for signal n.
uint64_t retort_signals_wait(void);

#endif
