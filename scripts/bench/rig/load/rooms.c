/*
 * An evening on the server: `rooms` of `members`, text at `rate` lines a
 * second in each, and in the first `talkers` rooms somebody who talks as the
 * real client does, a frame every 80 ms.
 */
#include "modes.h"
#include "voice.h"

enum { TICKS = 1000 };

static struct {
  int rooms, members, talkers, rate;
  uint64_t tick, sent, delivered, lost;
  Histogram text;
} run;

/* Lines carry the room's count, so that a gap tells of a loss. */
static uint64_t lines[1000];

static void say(int room) {
  Person *from = &crowd.people[room * run.members + (int)(lines[room] % (uint64_t)run.members)];
  uint8_t frame[HEADER + 4 + 64];
  put_header(frame, ROOM_MESSAGE_OUT, 71, 68);
  memset(frame + HEADER + 4, 'a', 64);
  put32(frame + HEADER, from->gid);
  put64(frame + HEADER + 4, now_ns());
  put64(frame + HEADER + 12, lines[room]++);
  run.sent++;
  send_all(from->fd, frame, sizeof frame);
}

static void on_frame(Person *p, int type, const uint8_t *payload, uint32_t length, uint64_t now) {
  (void)p;
  if (type != ROOM_MESSAGE_IN || length != 72 || get32(payload + 4) == 0) return;
  run.delivered++;
  record(&run.text, now - get64(payload + 8));
}

static void on_tick(uint64_t times) {
  int every = TICKS / run.rate;
  for (; times > 0; times--, run.tick++) {
    /* Spread over the second, room after room. */
    for (int room = 0; room < run.rooms; room++)
      if ((run.tick + (uint64_t)(room * every / run.rooms)) % (uint64_t)every == 0) say(room);
    for (int room = 0; room < run.talkers; room++)
      if ((run.tick + (uint64_t)room * 16) % 80 == 0) voice_talk(&crowd.people[room * run.members], 1, 0);
  }
}

static void run_for(double seconds) {
  uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
  while (now_ns() < until) crowd_poll(10);
}

void run_rooms(int argc, char **argv) {
  run.rooms = (int)number(argc, argv, "rooms", 20);
  run.members = (int)number(argc, argv, "members", 50);
  run.talkers = (int)number(argc, argv, "talkers", 5);
  run.rate = (int)number(argc, argv, "rate", 10);
  if (run.rooms > 1000 || run.talkers > run.rooms) exit(2);
  crowd_make(run.rooms * run.members, (uint32_t)number(argc, argv, "uid", 1000002),
             (int)number(argc, argv, "port", 5001), (int)number(argc, argv, "voice_port", 2090));
  for (int i = 0; i < crowd.count; i++)
    crowd.people[i].gid = (uint32_t)(number(argc, argv, "gid", 60001) + i / run.members);
  int failed = crowd_sign_on(64, 120) + crowd_join(64, 120);
  crowd.on_voice = voice_read_tcp;
  for (int i = 0; i < run.talkers * run.members; i++) voice_open(&crowd.people[i], 0);
  run_for(0.5);
  crowd.on_frame = on_frame;
  crowd.on_tick = on_tick;
  crowd_tick_every(TICKS);
  run_for(2);
  crowd_tick_every(0);
  run_for(0.5);
  memset(&voice_count, 0, sizeof voice_count);
  memset(&run.text, 0, sizeof run.text);
  run.sent = run.delivered = 0;
  Watch watch = watch_begin((int)number(argc, argv, "pid", 0));
  crowd_tick_every(TICKS);
  run_for((double)number(argc, argv, "ms", 10000) / 1e3);
  crowd_tick_every(0);
  double seconds = watch_seconds(&watch), cpu = watch_cpu(&watch);
  run_for(1);
  uint64_t text = run.sent * (uint64_t)(run.members - 1);
  uint64_t voice = voice_count.sent * (uint64_t)(run.members - 1);
  printf("{\"failed\":%d,\"seconds\":%.4f,\"cpu\":%.4f,\"rssKb\":%ld,\"delivered\":%llu,\"lost\":%lld,"
         "\"voiceDelivered\":%llu,\"voiceLost\":%lld,",
         failed, seconds, cpu, rss_kb(watch.pid), (unsigned long long)run.delivered,
         (long long)(text - run.delivered), (unsigned long long)voice_count.received,
         (long long)(voice - voice_count.received));
  print_latency("latency", &run.text);
  printf(",");
  print_latency("voice", &voice_count.latency);
  printf("}\n");
}
