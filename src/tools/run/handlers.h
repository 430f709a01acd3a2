/* What options do; arg is "" for one without an argument. */
#ifndef TOOLS_RUN_HANDLERS_H
#define TOOLS_RUN_HANDLERS_H

#include "tools/run/command.h"

typedef void OptionFn(Command *, const char *arg);

#define OPTION(name, arg, variable, flags, handler, text)                      \
    OptionFn option_##handler;
#include "tools/run/options.def"

#endif
