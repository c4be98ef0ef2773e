#define _GNU_SOURCE
#include "CReadline.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

// The colours of the line. readline first draws the line without colours. The functions below then draw the text of the
// line again, in colours, at the same positions on the screen. readline does not know about this second drawing. If the
// positions can't be calculated, the line has no colours.

static retort_painter *painter;
static void *painter_context;
static const char *const *looks;
static int look_count;

// A position on the screen. Row 0 is the row in which the prompt begins.
struct place { int row, column; };

static int screen_rows, screen_columns;

// Returns the number of columns of the prompt; -1 if the width of a character is unknown. Text between the marks \001
// and \002 has no width.
static int prompt_columns(void) {
  int columns = 0, is_hidden = 0;
  mbstate_t state;
  memset(&state, 0, sizeof state);
  for (const char *at = rl_prompt ? rl_prompt : ""; *at;) {
    wchar_t character;
    size_t length = mbrtowc(&character, at, MB_CUR_MAX, &state);
    if (length == (size_t)-1 || length == (size_t)-2) return -1;
    if (character == RL_PROMPT_START_IGNORE) is_hidden = 1;
    int width = is_hidden ? 0 : wcwidth(character);
    if (width < 0) return -1;
    columns += width;
    if (character == RL_PROMPT_END_IGNORE) is_hidden = 0;
    at += length;
  }
  return columns;
}

// Advances a position by the width of a character, in the same way as readline. After the last column of a row, the
// position continues in the next row. Returns 0 if the width of the character is unknown.
static int advance(struct place *at, wchar_t character, int width) {
  if (character == L'\n') {
    *at = (struct place){at->row + 1, 0};
    return 1;
  }
  if (width < 0) return 0;
  if (at->column + width > screen_columns) *at = (struct place){at->row + 1, 0};
  at->column += width;
  if (at->column >= screen_columns) *at = (struct place){at->row + 1, 0};
  return 1;
}

// ---- The hint after the line ----

static retort_hinter *hinter;
static void *hinter_context;
static int hint_is_shown;

void retort_line_hint(retort_hinter *with, void *context) {
  hinter = with;
  hinter_context = context;
}

// Removes the hint by erasing the row from the cursor to its end. While a hint is shown, the cursor is at the end of
// the line.
void retort_hint_clear(void) {
  if (!hint_is_shown) return;
  hint_is_shown = 0;
  fputs("\033[K", rl_outstream);
  fflush(rl_outstream);
}

// Shows as much of the hint as fits in the cursor's row, and moves the cursor back. Shows no hint if readline has
// pending input, because readline would handle this input before the program calls retort_hint_clear.
static void show_hint(struct place cursor) {
  if (!hinter || rl_point != rl_end || rl_readline_state & RL_STATE_INPUTPENDING) return;
  char *hint = hinter(hinter_context, rl_line_buffer);
  int room = screen_columns - cursor.column - 1, columns = 0;
  mbstate_t state;
  memset(&state, 0, sizeof state);
  size_t length = 0;
  while (hint && hint[length]) {
    wchar_t character;
    size_t size = mbrtowc(&character, hint + length, MB_CUR_MAX, &state);
    int width = size == (size_t)-1 || size == (size_t)-2 ? -1 : wcwidth(character);
    if (width < 0 || columns + width > room) break;
    columns += width;
    length += size;
  }
  if (columns > 0) {
    fprintf(rl_outstream, "\033[0;90m%.*s\033[0m\033[%dD", (int)length, hint, columns);
    hint_is_shown = 1;
  }
  free(hint);
}

static int can_paint(void) {
  static const unsigned long busy = RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG;
  if (!painter || rl_end == 0 || rl_readline_state & busy || rl_display_prompt != rl_prompt) return 0;
  if (strcmp(rl_variable_value("horizontal-scroll-mode"), "off") != 0) return 0;
  return strcmp(rl_variable_value("show-mode-in-prompt"), "off") == 0;
}

// Writes the text of the line with its styles to `out`, and sets `cursor` to the position of readline's cursor. Returns
// the row of the last character; -1 if the text can't be drawn.
static int draw(FILE *out, const unsigned char *styles, int start, struct place *cursor) {
  struct place at = {0, start};
  int row = 0, style = 0, follows_line_end = 0;
  mbstate_t state;
  memset(&state, 0, sizeof state);
  for (int index = 0; index < rl_end;) {
    if (index == rl_point) *cursor = at;
    wchar_t character;
    size_t length = mbrtowc(&character, rl_line_buffer + index, (size_t)(rl_end - index), &state);
    if (length == 0 || length == (size_t)-1 || length == (size_t)-2) return -1;
    int width = character == L'\n' ? 0 : wcwidth(character);
    struct place before = at;
    if (!advance(&at, character, width)) return -1;
    if (character != L'\n') {
      int wanted = before.column + width > screen_columns ? before.row + 1 : before.row;
      // After a full row, the terminal itself continues in the next row. It then knows that the rows are one line, and
      // breaks the line anew after a change of its width.
      if (wanted == row + 1 && !follows_line_end) row = wanted;
      for (; row < wanted; row++) fputs("\r\n", out);
      follows_line_end = 0;
      int next = styles[index] < look_count ? styles[index] : 0;
      if (next != style) fprintf(out, "\033[0%s%sm", next ? ";" : "", looks[next]);
      style = next;
      fwrite(rl_line_buffer + index, 1, length, out);
    } else {
      follows_line_end = 1;
    }
    index += (int)length;
  }
  if (rl_point >= rl_end) *cursor = at;
  if (style) fputs("\033[0m", out);
  return at.row < screen_rows ? row : -1;
}

static void paint(void) {
  unsigned char *styles = calloc((size_t)rl_end + 1, 1);
  char *text = NULL;
  size_t size = 0;
  FILE *drawing = open_memstream(&text, &size);
  struct place cursor = {0, 0};
  rl_get_screen_size(&screen_rows, &screen_columns);
  int start = prompt_columns();
  if (styles && drawing && start >= 0 && start < screen_columns
      && painter(painter_context, rl_line_buffer, rl_end, rl_point, styles)) {
    int row = draw(drawing, styles, start, &cursor);
    fflush(drawing);
    if (row >= 0) {
      fputs("\033[?25l\r", rl_outstream);
      if (cursor.row > 0) fprintf(rl_outstream, "\033[%dA", cursor.row);
      if (start > 0) fprintf(rl_outstream, "\033[%dC", start);
      fwrite(text, 1, size, rl_outstream);
      fputc('\r', rl_outstream);
      if (row > cursor.row) fprintf(rl_outstream, "\033[%dA", row - cursor.row);
      if (row < cursor.row) fprintf(rl_outstream, "\033[%dB", cursor.row - row);
      if (cursor.column > 0) fprintf(rl_outstream, "\033[%dC", cursor.column);
      show_hint(cursor);
      fputs("\033[?25h", rl_outstream);
      fflush(rl_outstream);
    }
  }
  if (drawing) fclose(drawing);
  free(text);
  free(styles);
}

static void redisplay(void) {
  rl_redisplay();
  if (can_paint()) paint();
}

void retort_line_paint(retort_painter *with, void *context, const char *const *with_looks, int count) {
  painter = with;
  painter_context = context;
  looks = with_looks;
  look_count = count;
  rl_redisplay_function = redisplay;
}

void retort_line_resize(void) {
  retort_hint_clear();
  // With another function in rl_redisplay_function, readline does not move to the beginning of the line before it draws
  // the line again (display.c, rl_resize_terminal).
  rl_voidfunc_t *redisplay_function = rl_redisplay_function;
  rl_redisplay_function = rl_redisplay;
  rl_resize_terminal();
  rl_redisplay_function = redisplay_function;
  if (can_paint()) paint();
}
