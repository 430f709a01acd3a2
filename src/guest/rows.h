/* The rows, guest_NAME, of the Makefile's list of guests. */
#ifndef GUEST_ROWS_H
#define GUEST_ROWS_H

#include "guest/guest.h"

#define GUEST(name) extern const Guest guest_##name;
#include "gen/guests.def"
#undef GUEST

#endif
