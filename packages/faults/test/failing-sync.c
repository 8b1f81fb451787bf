// Loaded into the server in front of the C library: while the file that FAILING_SYNC names is there, no sync succeeds.
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(void) {
  const char *file = getenv("FAILING_SYNC");
  if (file == NULL || access(file, F_OK) != 0) return 0;
  errno = EIO;
  return 1;
}

int fsync(int descriptor) { return fails() ? -1 : (int)syscall(SYS_fsync, descriptor); }

int fdatasync(int descriptor) { return fails() ? -1 : (int)syscall(SYS_fdatasync, descriptor); }
