/* The host code of a unit as JSON: see write_unit.h. */
#ifndef TOOLS_EXPLORE_WRITE_HOST_H
#define TOOLS_EXPLORE_WRITE_HOST_H

#include "tools/explore/json.h"
#include "tools/explore/pipeline.h"

void write_host(Json *, const Pipeline *, const Unit *);

#endif
