// short-turns PROGRAM [ARGUMENT]...: becomes that program, with the wish for short turns that the server's threads have
// (src/base/scheduling.h). What measures, and nginx beside it, then wait for other programs of the machine as little as
// the server does.
#include <unistd.h>

#include <cstdio>

#include "base/scheduling.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: short-turns PROGRAM [ARGUMENT]...\n", stderr);
    return 2;
  }
  trinity::prefer_short_turns();
  ::execvp(argv[1], argv + 1);
  std::perror(argv[1]);
  return 127;
}
