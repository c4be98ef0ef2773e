#ifndef RETORT_CREADLINE_H
#define RETORT_CREADLINE_H

#include <stdio.h>
#include <readline/history.h>
#include <readline/readline.h>

#endif
