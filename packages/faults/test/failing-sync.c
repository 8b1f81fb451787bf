// Loaded into the server in front of the C library: while the file that FAILING_SYNC names is there, no sync succeeds. With
// FAILING_SYNC_OF only those of files fail whose path ends in it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_meant(int descriptor) {
  const char *end = getenv("FAILING_SYNC_OF");
  if (end == NULL) return 1;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || (size_t)length < strlen(end)) return 0;
  path[length] = 0;
  return strcmp(path + length - strlen(end), end) == 0;
}

static int fails(int descriptor) {
  const char *file = getenv("FAILING_SYNC");
  if (file == NULL || access(file, F_OK) != 0 || !is_meant(descriptor)) return 0;
  errno = EIO;
  return 1;
}

int fsync(int descriptor) { return fails(descriptor) ? -1 : (int)syscall(SYS_fsync, descriptor); }

int fdatasync(int descriptor) { return fails(descriptor) ? -1 : (int)syscall(SYS_fdatasync, descriptor); }
