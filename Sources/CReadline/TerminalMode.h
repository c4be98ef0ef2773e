#ifndef RETORT_TERMINAL_MODE_H
#define RETORT_TERMINAL_MODE_H

// Stores the mode of the terminal, and restores it when the process ends.

/// Sets the terminal whose mode is stored, and begins to restore the mode at the end of the process.
void retort_mode_watch(int input, int output);

/// Stores the mode of the terminal.
void retort_mode_store(void);

/// Forgets the stored mode, because the terminal has this mode again.
void retort_mode_forget(void);

#endif
