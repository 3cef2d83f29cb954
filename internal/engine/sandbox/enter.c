// The user and network namespaces must be entered while the process has one thread, which in a Go program is only before its
// runtime starts: in a constructor. It acts in the first stage only, see sandbox.go.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "enter.h"

int so_user_errno = -1, so_net_errno = -1;

__attribute__((constructor)) static void so_enter(void) {
	const char *stage = getenv("SOHOA_OCR_STAGE");
	if (stage == NULL || strcmp(stage, "restrict") != 0) {
		return;
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
		so_user_errno = so_net_errno = 0;
		return;
	}
	so_user_errno = errno; // no user namespaces here; root can still leave the network
	so_net_errno = unshare(CLONE_NEWNET) == 0 ? 0 : errno;
}
