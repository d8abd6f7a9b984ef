#ifndef MODES_H
#define MODES_H

#include "crowd.h"

/* What is being watched while something runs. */
typedef struct {
  int pid;
  uint64_t started;
  double cpu;
} Watch;

static inline Watch watch_begin(int pid) {
  return (Watch){pid, now_ns(), cpu_seconds(pid)};
}
static inline double watch_seconds(const Watch *w) { return (double)(now_ns() - w->started) / 1e9; }
static inline double watch_cpu(const Watch *w) { return cpu_seconds(w->pid) - w->cpu; }

void run_fanout(int argc, char **argv);
void run_voice(int argc, char **argv);
void run_sign_on(int argc, char **argv);
void run_join(int argc, char **argv);
void run_video(int argc, char **argv);
void run_rooms(int argc, char **argv);

#endif
