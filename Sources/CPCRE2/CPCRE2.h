#ifndef RETORT_CPCRE2_H
#define RETORT_CPCRE2_H

// Selects the library for UTF-8; its functions end in `_8`.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
