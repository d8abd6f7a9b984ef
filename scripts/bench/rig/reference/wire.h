/*
 * What the load generator and the reference servers share: bytes, time, the
 * CPU time of another process, and a histogram. Our own code, C11, Linux.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Packet types of the chat connection (docs/protocol.md). */
enum {
  CLIENT_HELLO = -100, HELLO = -117, LYMERICK = -1130, SERVER_KEY = 0x0474,
  LOGIN = -1148, FEEDBACK = 0x0064, LOGIN_COMPLETE = 0x04a6,
  ROOM_JOIN = -310, ROOM_LEAVE = -320, ROOM_JOINED = 0x0136,
  ROOM_USER_LIST = 0x0154, ROOM_MESSAGE_OUT = -350, ROOM_MESSAGE_IN = 0x015e,
  HEADER = 6
};

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t get64(const uint8_t *p) {
  return (uint64_t)get32(p) << 32 | get32(p + 4);
}
static inline void put16(uint8_t *p, uint32_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static inline void put32(uint8_t *p, uint32_t v) { put16(p, v >> 16); put16(p + 2, v); }
static inline void put64(uint8_t *p, uint64_t v) { put32(p, (uint32_t)(v >> 32)); put32(p + 4, (uint32_t)v); }

/* Type, version and length of a frame with `length` bytes of payload. */
static inline void put_header(uint8_t *p, int type, int version, uint32_t length) {
  put16(p, (uint16_t)type);
  put16(p + 2, (uint32_t)version);
  put16(p + 4, length);
}

static inline uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Seconds of CPU that a process has used, threads that ended included. */
static inline double cpu_seconds(int pid) {
  clockid_t clock;
  struct timespec t;
  if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0) return 0;
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Resident kB of a process. */
static inline long rss_kb(int pid) {
  char path[64], line[128];
  long kb = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  fclose(file);
  return kb;
}

/* Nanoseconds in buckets three percent wide. */
typedef struct {
  uint64_t counts[64 * 32], count, max;
} Histogram;

static inline int bucket_of(uint64_t ns) {
  if (ns < 32) return (int)ns;
  int high = 63 - __builtin_clzll(ns);
  return (high - 4) * 32 + (int)(ns >> (high - 5) & 31);
}
static inline void record(Histogram *h, uint64_t ns) {
  h->counts[bucket_of(ns)]++;
  h->count++;
  if (ns > h->max) h->max = ns;
}
/* Microseconds below which this part of the values lies. */
static inline double quantile(const Histogram *h, double part) {
  if (h->count == 0) return 0;
  uint64_t wanted = (uint64_t)((double)h->count * part), seen = 0;
  for (int i = 0; i < 64 * 32; i++) {
    seen += h->counts[i];
    if (seen > wanted) {
      if (i < 32) return i / 1e3;
      int high = i / 32 + 4;
      return (double)((1ull << high) + ((uint64_t)(i % 32) + 1) * (1ull << (high - 5))) / 1e3;
    }
  }
  return (double)h->max / 1e3;
}
static inline void print_latency(const char *name, const Histogram *h) {
  printf("\"%s\":{\"count\":%llu,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}",
         name, (unsigned long long)h->count, quantile(h, 0.5), quantile(h, 0.99),
         quantile(h, 0.999), (double)h->max / 1e3);
}

/* The whole number of a `key=value` argument. */
static inline long number(int argc, char **argv, const char *key, long otherwise) {
  size_t length = strlen(key);
  for (int i = 1; i < argc; i++)
    if (strncmp(argv[i], key, length) == 0 && argv[i][length] == '=')
      return atol(argv[i] + length + 1);
  return otherwise;
}

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

#endif
