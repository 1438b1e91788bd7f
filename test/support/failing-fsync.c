/* Preloaded: fsync of files, or of folders, fails with EIO while the file named by FAIL_FSYNC holds "file" or "folder"; while it holds "hang" none
   comes back. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fsync(int fd) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  const char *control = getenv("FAIL_FSYNC");
  for (;;) {
    int file = control ? open(control, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) break;
    char what[8] = "";
    struct stat found;
    ssize_t length = read(file, what, sizeof what - 1);
    close(file);
    if (length > 0 && !strncmp(what, "hang", 4)) {
      usleep(20000);
      continue;
    }
    if (length > 0 && fstat(fd, &found) == 0 &&
        !strncmp(what, S_ISDIR(found.st_mode) ? "folder" : "file", 4)) {
      errno = EIO;
      return -1;
    }
    break;
  }
  return next(fd);
}
