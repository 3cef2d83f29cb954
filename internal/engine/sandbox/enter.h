#ifndef SOHOA_ENTER_H
#define SOHOA_ENTER_H

// Outcome of entering the namespaces: 0 done, -1 not tried, else errno.
extern int so_user_errno, so_net_errno;

#endif
