#define _GNU_SOURCE
#include "CReadline.h"
#include "TerminalMode.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *retort_readline_version(void) { return rl_library_version; }

// ---- Descriptors 0, 1 and 2 ----

// Opens `/dev/null` on each of the descriptors 0, 1 and 2 that is closed. Otherwise the next opened file would get the
// number of the closed descriptor. The program would then use the file as if it were the terminal. Descriptor 1,
// standard output, is opened for reading only, so that writes to standard output fail. The function also ignores
// SIGPIPE, so that writing to a pipe without a reader fails but does not end the program. The function is called before
// `main`, before Swift opens descriptors.
__attribute__((constructor)) static void prepare_standard_descriptors(void) {
  for (int number = 0; number <= 2; number++)
    if (fcntl(number, F_GETFD) < 0 && errno == EBADF) open("/dev/null", number == 1 ? O_RDONLY : O_RDWR);
  signal(SIGPIPE, SIG_IGN);
}

// ---- The line ----

static enum retort_line_state line_state;
static char *line_taken;
static int wants_editor, wants_end, line_is_open;
// The number of spaces at the beginning of the line. When the user has typed a word that closes a block, such as `end`,
// take_indent_back removes two of the spaces. It also sets the number to 0.
static int indent;
// The initial text of the line, after the spaces.
static char *text_at_first;
// Whether the terminal can erase a part of a line and move its cursor.
static int can_move_cursor;

// Called by readline with the finished line. Ends a running inputrc macro. Otherwise, readline would read the next key
// of the macro while there is no line to edit.
static void take_line(char *line) {
  if (wants_end) {
    free(line);
    line = NULL;
  }
  if (RL_ISSTATE(RL_STATE_MACROINPUT)) {
    rl_free_line_state();
    RL_UNSETSTATE(RL_STATE_MACROINPUT);
  }
  line_taken = line;
  line_state = !line ? RETORT_LINE_ENDED : wants_editor ? RETORT_LINE_EDIT : RETORT_LINE_TAKEN;
  rl_callback_handler_remove();
}

// Prepares for editing a line. The program catches the signal of Ctrl-Z only while the user edits a line. At other
// times, Ctrl-Z suspends the process directly.
static void line_opened(void) {
  retort_mode_store();
  line_is_open = 1;
  retort_signal_catch(SIGTSTP);
}

static void line_closed(void) {
  retort_mode_forget();
  line_is_open = 0;
  retort_signal_release(SIGTSTP);
}

// Handles Ctrl-X Ctrl-E: finishes the line, which the program then opens in an external editor.
static int edit_statement(int count, int key) {
  wants_editor = 1;
  return rl_newline(count, key);
}

// Handles Ctrl-D: deletes the character at the cursor. In a line without typed text, Ctrl-D ends the input.
static int end_or_delete(int count, int key) {
  if (indent == 0 || rl_end != indent || (int)strspn(rl_line_buffer, " ") != indent) return rl_delete(count, key);
  rl_delete_text(0, rl_end);
  rl_point = 0;
  wants_end = 1;
  return rl_newline(count, key);
}

static retort_explainer *explainer;
static void *explainer_context;

static int explain(int count, int key) {
  char *text = explainer(explainer_context, rl_line_buffer, rl_point);
  if (!text) return rl_ding();
  retort_line_notice(text, NULL);
  free(text);
  return 0;
}

void retort_line_explain(retort_explainer *with, void *context) {
  static const char *const keys[] = {"\\eOP", "\\e[11~", "\\e[[A", "\\eh"};
  explainer = with;
  explainer_context = context;
  rl_add_defun("help-at-cursor", explain, -1);
  for (int i = 0; i < 4; i++) {
    rl_bind_keyseq_if_unbound_in_map(keys[i], explain, emacs_standard_keymap);
    if (i < 3) rl_bind_keyseq_if_unbound_in_map(keys[i], explain, vi_insertion_keymap);
  }
}

static void take_indent_back(void) {
  if (indent < 2 || rl_point != rl_end || (int)strspn(rl_line_buffer, " ") != indent) return;
  const char *word = rl_line_buffer + indent;
  if (strcmp(word, "end") != 0 && strcmp(word, "else") != 0 && strcmp(word, "rescue") != 0) return;
  rl_delete_text(0, 2);
  rl_point = rl_end;
  indent = 0;
  rl_redisplay_function();
}

// Moves the cursor to the beginning of a line: writes as many spaces as a line has columns, and then a carriage return.
// If the cursor is in the middle of a line, for example after the output of another program, the spaces continue on the
// next line. Otherwise the last space fills the last column, and the cursor stays in the line. (This is the capability
// `xn` of terminfo, which today's terminals have.)
static void begin_fresh_line(void) {
  int rows, columns;
  if (!can_move_cursor) return;
  rl_get_screen_size(&rows, &columns);
  fprintf(rl_outstream, "%*s\r\033[K", columns, "");
}

void retort_line_begin(const char *prompt, int with_indent, const char *text) {
  free(text_at_first);
  text_at_first = strdup(text);
  line_state = RETORT_LINE_OPEN;
  wants_editor = wants_end = 0;
  indent = with_indent;
  rl_eof_found = 0;  // readline itself never resets this variable to 0
  rl_reset_screen_size();
  line_opened();
  begin_fresh_line();
  rl_callback_handler_install(prompt, take_line);
}

// Reads a key for readline. In an incremental search, a key that begins a key sequence, such as Ctrl-X, first ends the
// search. Otherwise libreadline 8.2 crashes in callback mode if the rest of the sequence is not bound.
static int read_key(FILE *stream) {
  int key = rl_getc(stream);
  if (!RL_ISSTATE(RL_STATE_ISEARCH) || key <= 0 || key >= KEYMAP_SIZE || key == '\033') return key;
  if (rl_get_keymap()[key].type != ISKMAP) return key;
  rl_stuff_char(key);
  const char *terminators = rl_variable_value("isearch-terminators");
  // By default, a line feed ends the search. If the user has set other terminators, a line feed could run the statement
  // instead. Ctrl-G always ends a search.
  return terminators && *terminators ? 'G' & 0x1F : '\n';
}

enum retort_line_state retort_line_read(char **line) {
  retort_hint_clear();
  rl_callback_read_char();
  if (line_state == RETORT_LINE_OPEN) {
    take_indent_back();
    return RETORT_LINE_OPEN;
  }
  line_closed();
  *line = line_taken;
  line_taken = NULL;
  // If bracketed paste is on, readline itself writes a line end after Ctrl-D.
  if (line_state == RETORT_LINE_ENDED && strcmp(rl_variable_value("enable-bracketed-paste"), "on") != 0) rl_crlf();
  fflush(rl_outstream);
  return line_state;
}

void retort_line_abandon(int signal_number) {
  rl_callback_sigcleanup();
  rl_free_line_state();  // also draws the line once more
  rl_deactivate_mark();
  retort_hint_clear();
  rl_point = rl_end;
  rl_redisplay();
  if (signal_number == SIGINT) rl_echo_signal_char(SIGINT);
  rl_crlf();
  rl_callback_handler_remove();
  fflush(rl_outstream);
  line_closed();
}

void retort_line_notice(const char *text, const char *prompt) {
  retort_hint_clear();
  if (line_is_open) rl_clear_visible_line();
  fprintf(rl_outstream, "%s\n", text);
  if (line_is_open) {
    if (prompt) rl_set_prompt(prompt);
    rl_on_new_line();
    rl_redisplay_function();
  }
  fflush(rl_outstream);
}

void retort_line_suspend(void) {
  retort_hint_clear();
  rl_echo_signal_char(SIGTSTP);
  rl_deprep_terminal();
  line_closed();
  raise(SIGTSTP);
  line_opened();
  rl_reset_screen_size();
  rl_prep_terminal(1);
  rl_on_new_line();
  rl_redisplay_function();
}

// ---- Setting up ----

int retort_terminal_moves_cursor(const char *type) {
  rl_reset_terminal(type);
  return rl_get_termcap("ce") != NULL;
}

static retort_completer *completer;
static retort_lister *lister;
static void *completer_context;

// Finds the completions of the word at the cursor. For each Tab, break_before_start and complete_word call this
// function.
static char **complete_here(int *start) {
  int suffix = 0;
  char **matches = completer(completer_context, rl_line_buffer, rl_point, start, &suffix);
  rl_completion_append_character = suffix;
  return matches;
}

static void free_matches(char **matches) {
  if (!matches) return;
  for (char **match = matches; *match; match++) free(*match);
  free(matches);
}

// Returns the break characters, after which a word can begin. The result contains only the character before the text
// that the completion replaces. readline then starts the word at this text.
static char *break_before_start(void) {
  static char before[2];
  int start = rl_point;
  free_matches(complete_here(&start));
  before[0] = start > 0 && start <= rl_point ? rl_line_buffer[start - 1] : '\0';
  return before;
}

static char **complete_word(const char *text, int found_start, int end) {
  int start = end;
  rl_attempted_completion_over = 1;  // no completion of file names
  char **matches = complete_here(&start);
  if (start == found_start) return matches;
  free_matches(matches);
  return NULL;
}

// Lists the completions. The list of readline itself would ask `Display all 105 possibilities?`, and would then wait
// for a key. During this wait, the program could handle neither signals nor notices.
static void show_matches(char **matches, int count, int width) {
  enum { MOST = 100 };
  int rows, columns;
  rl_get_screen_size(&rows, &columns);
  char *list = lister(completer_context, columns);
  if (list) {
    fprintf(rl_outstream, "\n%s", list);
    free(list);
    rl_forced_update_display();
    return;
  }
  rl_display_match_list(matches, count < MOST ? count : MOST, width);
  if (count > MOST) fprintf(rl_outstream, "... and %d more\n", count - MOST);
  rl_forced_update_display();
}

void retort_use_utf8(void) {
  if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
  setlocale(LC_CTYPE, "C.UTF-8");
}

// Sets the encoding to UTF-8 again before the prompt appears, because readline sets the locale of the environment for
// each line. This locale may use another encoding (LC_ALL=C).
static void keep_utf8(void) {
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return;
  setlocale(LC_CTYPE, "C.UTF-8");
  rl_variable_bind("convert-meta", "off");
  rl_variable_bind("input-meta", "on");
  rl_variable_bind("output-meta", "on");
}

static int start_line(void) {
  keep_utf8();
  for (int spaces = 0; spaces < indent; spaces++) rl_insert_text(" ");
  if (text_at_first) rl_insert_text(text_at_first);
  return 0;
}

void retort_readline_open(FILE *input, FILE *output, retort_completer *with, retort_lister *lists, void *context) {
  completer = with;
  lister = lists;
  completer_context = context;
  retort_mode_watch(fileno(input), fileno(output));
  rl_instream = input;
  rl_outstream = output;
  rl_readline_name = "retort";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_startup_hook = start_line;
  rl_basic_quote_characters = "";
  rl_sort_completion_matches = 0;
  rl_completion_word_break_hook = break_before_start;
  rl_attempted_completion_function = complete_word;
  rl_completion_display_matches_hook = show_matches;
  using_history();
  rl_add_defun("edit-and-execute-command", edit_statement, -1);
  rl_initialize();
  rl_getc_function = read_key;
  rl_bind_keyseq_if_unbound_in_map("\\C-x\\C-e", edit_statement, emacs_standard_keymap);
  rl_bind_keyseq_if_unbound_in_map("\\C-x\\C-e", edit_statement, vi_insertion_keymap);
  if (emacs_standard_keymap['D' & 0x1F].function == rl_delete)
    rl_bind_key_in_map('D' & 0x1F, end_or_delete, emacs_standard_keymap);
  if (vi_insertion_keymap['D' & 0x1F].function == rl_vi_eof_maybe)
    rl_bind_key_in_map('D' & 0x1F, end_or_delete, vi_insertion_keymap);
  rl_bind_keyseq_if_unbound_in_map("v", edit_statement, vi_movement_keymap);
  rl_variable_bind("page-completions", "off");
  can_move_cursor = rl_get_termcap("ce") != NULL;
  if (!can_move_cursor) rl_variable_bind("enable-bracketed-paste", "off");
}
