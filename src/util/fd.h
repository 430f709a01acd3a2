/* Descriptors of the emulator's own, in a process whose others are the
   guest's. */
#ifndef UTIL_FD_H
#define UTIL_FD_H

/*
 * A copy of fd that the guest does not come upon by counting up, closed by
 * exec; fd is closed.  If there is none, or fd is -1: fd.
 */
int fd_out_of_reach(int fd);

#endif
