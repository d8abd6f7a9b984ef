/*
 * `speakers` rooms, each with one who talks `rate` frames a second and
 * `listeners` who hear him, by TCP or (`udp=1`) by datagrams. `chat=0` is for
 * a bare relay without sign-on.
 */
#include "modes.h"
#include "voice.h"

static struct {
  int speakers, each, datagram, next, burst;
} run;

static Person *speaker(int i) { return &crowd.people[i * run.each]; }

static void on_tick(uint64_t times) {
  for (uint64_t i = 0; i < times && i < 1000; i++) {
    voice_talk(speaker(run.next), run.burst, run.datagram);
    run.next = (run.next + 1) % run.speakers;
  }
}

static void run_for(long milliseconds) {
  uint64_t until = now_ns() + (uint64_t)milliseconds * 1000000u;
  while (now_ns() < until) crowd_poll(10);
}

void run_voice(int argc, char **argv) {
  run.speakers = (int)number(argc, argv, "speakers", 1);
  run.each = 1 + (int)number(argc, argv, "listeners", 50);
  run.datagram = (int)number(argc, argv, "udp", 0);
  run.burst = (int)number(argc, argv, "burst", 1);
  long rate = number(argc, argv, "rate", 400);
  crowd_make(run.speakers * run.each, (uint32_t)number(argc, argv, "uid", 1000002),
             (int)number(argc, argv, "port", 5001), (int)number(argc, argv, "voice_port", 2090));
  for (int i = 0; i < crowd.count; i++)
    crowd.people[i].gid = (uint32_t)(number(argc, argv, "gid", 60001) + i / run.each);
  crowd.on_voice = run.datagram ? voice_read_udp : voice_read_tcp;
  crowd.on_tick = on_tick;
  int failed = 0;
  if (number(argc, argv, "chat", 1)) failed = crowd_sign_on(64, 60) + crowd_join(64, 60);
  else crowd_pretend();
  for (int i = 0; i < crowd.count; i++) voice_open(&crowd.people[i], run.datagram);
  run_for(300);

  double ticks = (double)rate * run.speakers / run.burst;
  crowd_tick_every(ticks);
  run_for(number(argc, argv, "warmup_ms", 300));
  crowd_tick_every(0);
  run_for(200);
  memset(&voice_count, 0, sizeof voice_count);
  /* What the warm-up lost, say behind a floor not yet free, is not counted. */
  for (int i = 0; i < crowd.count; i++) crowd.people[i].expected = speaker(i / run.each)->got;

  Watch watch = watch_begin((int)number(argc, argv, "pid", 0));
  crowd_tick_every(ticks);
  run_for(number(argc, argv, "ms", 2000));
  crowd_tick_every(0);
  double seconds = watch_seconds(&watch);
  run_for(500);
  double cpu = watch_cpu(&watch);
  uint64_t wanted = voice_count.sent * (uint64_t)(run.each - 1);
  printf("{\"failed\":%d,\"sent\":%llu,\"delivered\":%llu,\"lost\":%lld,\"seconds\":%.4f,\"cpu\":%.4f,"
         "\"rssKb\":%ld,",
         failed, (unsigned long long)voice_count.sent, (unsigned long long)voice_count.received,
         (long long)(wanted - voice_count.received), seconds, cpu, rss_kb(watch.pid));
  print_latency("latency", &voice_count.latency);
  printf("}\n");
}
