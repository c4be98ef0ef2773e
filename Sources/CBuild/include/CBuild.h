#ifndef RETORT_CBUILD_H
#define RETORT_CBUILD_H

/// The commit that the program was built from, as RETORT_COMMIT of the build's environment; empty without it.
const char *retort_build_commit(void);

#endif
