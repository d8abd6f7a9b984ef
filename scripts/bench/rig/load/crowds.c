/* Everybody at once: signing on (and then staying), and joining one room. */
#include "modes.h"

static void stay(long milliseconds) {
  uint64_t until = now_ns() + (uint64_t)milliseconds * 1000000u;
  while (now_ns() < until) crowd_poll(10);
}

static int alive(void) {
  int count = 0;
  for (int i = 0; i < crowd.count; i++) count += crowd.people[i].state >= ONLINE && crowd.people[i].state != GONE;
  return count;
}

/* `people` sign on, at most `window` at a time, and stay for `hold_ms`. */
void run_sign_on(int argc, char **argv) {
  crowd_make((int)number(argc, argv, "people", 1000), (uint32_t)number(argc, argv, "uid", 1000002),
             (int)number(argc, argv, "port", 5001), 0);
  Watch watch = watch_begin((int)number(argc, argv, "pid", 0));
  long before = rss_kb(watch.pid);
  int failed = crowd_sign_on((int)number(argc, argv, "window", 256), (double)number(argc, argv, "limit_s", 300));
  double seconds = watch_seconds(&watch), cpu = watch_cpu(&watch);
  long hold = number(argc, argv, "hold_ms", 1000);
  Watch held = watch_begin(watch.pid);
  stay(hold);
  printf("{\"failed\":%d,\"people\":%d,\"alive\":%d,\"seconds\":%.4f,\"cpu\":%.4f,\"holdCpu\":%.4f,"
         "\"rssBeforeKb\":%ld,\"rssKb\":%ld,",
         failed, crowd.count, alive(), seconds, cpu, watch_cpu(&held), before, rss_kb(watch.pid));
  print_latency("latency", &crowd.signed_on);
  printf("}\n");
}

static uint64_t bytes_of_all(void) {
  uint64_t sum = 0;
  for (int i = 0; i < crowd.count; i++) sum += crowd.people[i].bytes_in;
  return sum;
}

/*
 * `members` sign on, then all join one room at once; then one of them leaves
 * and comes back, to see how many bytes that costs him and all the others.
 */
void run_join(int argc, char **argv) {
  crowd_make((int)number(argc, argv, "members", 500), (uint32_t)number(argc, argv, "uid", 1000002),
             (int)number(argc, argv, "port", 5001), 0);
  for (int i = 0; i < crowd.count; i++) crowd.people[i].gid = (uint32_t)number(argc, argv, "gid", 60001);
  int failed = crowd_sign_on(64, 120);
  stay(500);
  uint64_t before = bytes_of_all();
  Watch watch = watch_begin((int)number(argc, argv, "pid", 0));
  failed += crowd_join(crowd.count, 120);
  double seconds = watch_seconds(&watch);
  stay(1000);
  double cpu = watch_cpu(&watch);
  uint64_t storm = bytes_of_all() - before;

  Person *last = &crowd.people[crowd.count - 1];
  uint8_t leave[HEADER + 4];
  put_header(leave, ROOM_LEAVE, 71, 4);
  put32(leave + HEADER, last->gid);
  send_all(last->fd, leave, sizeof leave);
  stay(500);
  before = bytes_of_all();
  uint64_t own = last->bytes_in;
  crowd_join_one(last);
  stay(500);
  own = last->bytes_in - own;
  uint64_t others = bytes_of_all() - before - own;
  printf("{\"failed\":%d,\"members\":%d,\"seconds\":%.4f,\"cpu\":%.4f,\"stormBytes\":%llu,"
         "\"ownBytes\":%llu,\"othersBytes\":%llu,\"rssKb\":%ld,",
         failed, crowd.count, seconds, cpu, (unsigned long long)storm, (unsigned long long)own,
         (unsigned long long)others, rss_kb(watch.pid));
  print_latency("latency", &crowd.joined);
  printf("}\n");
}
