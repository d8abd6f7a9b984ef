/*
 * One of the members keeps some room messages outstanding: he sends the next
 * when all others have the oldest. `slow` of them never read after joining;
 * with `rate` the sender goes by the clock instead.
 */
#include "modes.h"

enum { RING = 8192, LONGEST = 32000 };

static struct {
  int readers, size, outstanding;
  uint64_t sent, complete, due, delivered, lost;
  uint32_t reached[RING];
  uint8_t *batch;
  Histogram latency;
} run;

static void on_frame(Person *p, int type, const uint8_t *payload, uint32_t length, uint64_t now) {
  if (type != ROOM_MESSAGE_IN || length < 24 || get32(payload + 4) != crowd.people[0].uid) return;
  uint64_t sequence = get64(payload + 16);
  if (sequence != p->expected) run.lost += sequence - p->expected;
  p->expected = sequence + 1;
  run.delivered++;
  record(&run.latency, now - get64(payload + 8));
  if (++run.reached[sequence % RING] == (uint32_t)run.readers) run.complete++;
}

static void on_tick(uint64_t times) { run.due += times; }

static void send_due(uint64_t limit) {
  size_t frame = HEADER + 4 + (size_t)run.size, at = 0;
  while (run.sent < limit && at + frame < 1u << 20) {
    uint8_t *p = run.batch + at;
    put_header(p, ROOM_MESSAGE_OUT, 71, (uint32_t)frame - HEADER);
    put32(p + HEADER, crowd.people[0].gid);
    memset(p + HEADER + 4, 'a', (size_t)run.size);
    put64(p + HEADER + 4, now_ns());
    put64(p + HEADER + 12, run.sent);
    run.reached[run.sent++ % RING] = 0;
    at += frame;
  }
  if (at > 0) send_all(crowd.people[0].fd, run.batch, at);
}

static void run_for(double seconds, long rate) {
  uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
  while (now_ns() < until) {
    send_due(rate > 0 ? run.due : run.complete + (uint64_t)run.outstanding);
    crowd_poll(rate > 0 ? 1 : 100);
  }
}

void run_fanout(int argc, char **argv) {
  int members = (int)number(argc, argv, "members", 100);
  int slow = (int)number(argc, argv, "slow", 0);
  long rate = number(argc, argv, "rate", 0);
  run.readers = members - 1 - slow;
  run.size = (int)number(argc, argv, "size", 64);
  run.outstanding = (int)number(argc, argv, "outstanding", 1);
  run.batch = malloc(1 << 20);
  if (run.size < 16 || run.size > LONGEST || run.outstanding > RING) exit(2);

  crowd_make(members, (uint32_t)number(argc, argv, "uid", 1000002), (int)number(argc, argv, "port", 5001), 0);
  crowd.second_port = (int)number(argc, argv, "second_port", 0);
  for (int i = 0; i < crowd.count; i++) crowd.people[i].gid = (uint32_t)number(argc, argv, "gid", 60001);
  int failed = crowd_sign_on(64, 60) + crowd_join(64, 60);
  for (int i = 0; i < 300; i++) crowd_poll(1);
  for (int i = 1; i <= slow; i++) crowd_ignore(&crowd.people[i]);

  crowd.on_frame = on_frame;
  crowd.on_tick = on_tick;
  if (rate > 0) crowd_tick_every((double)rate);
  run_for((double)number(argc, argv, "warmup_ms", 300) / 1e3, rate);
  memset(&run.latency, 0, sizeof run.latency);
  Watch watch = watch_begin((int)number(argc, argv, "pid", 0));
  /* Gateways in front of the server. */
  Watch first = watch_begin((int)number(argc, argv, "first_pid", 0));
  Watch second = watch_begin((int)number(argc, argv, "second_pid", 0));
  uint64_t before = run.delivered, sent = run.sent;
  run_for((double)number(argc, argv, "ms", 2000) / 1e3, rate);
  double seconds = watch_seconds(&watch), cpu = watch_cpu(&watch);
  double first_cpu = watch_cpu(&first), second_cpu = watch_cpu(&second);
  uint64_t delivered = run.delivered - before;
  printf("{\"failed\":%d,\"sent\":%llu,\"delivered\":%llu,\"lost\":%llu,\"seconds\":%.4f,\"cpu\":%.4f,"
         "\"firstCpu\":%.4f,\"secondCpu\":%.4f,\"rssKb\":%ld,",
         failed, (unsigned long long)(run.sent - sent), (unsigned long long)delivered,
         (unsigned long long)run.lost, seconds, cpu, first_cpu, second_cpu, rss_kb(watch.pid));
  print_latency("latency", &run.latency);
  printf("}\n");
}
