#ifndef RETORT_CBUILD_H
#define RETORT_CBUILD_H

/// The commit that the program was built from, from RETORT_COMMIT in the build's environment; empty if it is not set.
const char *retort_build_commit(void);

#endif
