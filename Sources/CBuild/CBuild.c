#include "CBuild.h"

const char *retort_build_commit(void) { return RETORT_COMMIT; }
