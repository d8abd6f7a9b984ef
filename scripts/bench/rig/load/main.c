/*
 * load MODE key=value...: does one thing to a server and prints one line of
 * JSON about it. Modes: fanout, voice, sign-on, join, rooms, video.
 */
#include <signal.h>

#include "modes.h"

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(int, char **);
  } modes[] = {
      {"fanout", run_fanout}, {"voice", run_voice}, {"sign-on", run_sign_on},
      {"join", run_join},     {"rooms", run_rooms},
      {"video", run_video},
  };
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(argv[1], modes[i].name) != 0) continue;
    modes[i].run(argc, argv);
    return 0;
  }
  fprintf(stderr, "load fanout|voice|sign-on|join|rooms|video key=value...\n");
  return 2;
}
