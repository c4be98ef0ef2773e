#ifndef RETORT_CBUILD_H
#define RETORT_CBUILD_H

/// Returns the commit from which the program was built; empty if it is unknown. The build takes the commit from the
/// environment variable RETORT_COMMIT.
const char *retort_build_commit(void);

#endif
