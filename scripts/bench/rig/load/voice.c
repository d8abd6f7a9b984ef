#define _GNU_SOURCE
#include "voice.h"

#include <errno.h>
#include <sys/socket.h>

enum { BATCH = 64, AT_TIME = 16, AT_NUMBER = 24 };

VoiceCount voice_count;

void voice_open(Person *p, int datagram) {
  uint8_t hello[8];
  p->voice_fd = dial(crowd.voice_port, datagram);
  if (p->voice_fd < 0) die("voice");
  put32(hello, p->gid);
  put32(hello + 4, p->uid);
  send_all(p->voice_fd, hello, sizeof hello);
  watch_voice(p);
}

static void put_frame(uint8_t *p, Person *from) {
  memset(p, 0xd0, VOICE_WIRE);
  put32(p, VOICE_N);
  p[4] = 0x80;
  p[5] = 3;
  put16(p + 6, (uint32_t)from->got);
  put32(p + 8, (uint32_t)from->got * 640);
  put32(p + 12, from->uid);
  put64(p + AT_TIME, now_ns());
  put64(p + AT_NUMBER, from->got++);
  for (int i = 0; i < 4; i++) p[VOICE_N + i] = (uint8_t)(from->uid >> 8 * i);
}

void voice_talk(Person *p, int times, int datagram) {
  uint8_t frames[BATCH * VOICE_WIRE];
  if (times > BATCH) times = BATCH;
  for (int i = 0; i < times; i++) put_frame(frames + i * VOICE_WIRE, p);
  voice_count.sent += (uint64_t)times;
  if (!datagram) {
    send_all(p->voice_fd, frames, (size_t)times * VOICE_WIRE);
    return;
  }
  for (int i = 0; i < times; i++) send_all(p->voice_fd, frames + i * VOICE_WIRE + 4, VOICE_N);
}

/* `frame` begins with its prefix. */
static void heard(Person *p, const uint8_t *frame, uint64_t now) {
  uint64_t sequence = get64(frame + AT_NUMBER);
  if (sequence > p->expected) voice_count.lost += sequence - p->expected;
  p->expected = sequence + 1;
  voice_count.received++;
  record(&voice_count.latency, now - get64(frame + AT_TIME));
}

void voice_read_tcp(Person *p) {
  static uint8_t *rests, *buffer;
  static uint16_t *lengths;
  if (!rests) {
    rests = malloc((size_t)crowd.count * VOICE_WIRE);
    lengths = calloc((size_t)crowd.count, sizeof *lengths);
    buffer = malloc(VOICE_WIRE + 65536);
  }
  size_t index = (size_t)(p - crowd.people), at = 0;
  memcpy(buffer, rests + index * VOICE_WIRE, lengths[index]);
  ssize_t n = recv(p->voice_fd, buffer + lengths[index], 65536, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    fprintf(stderr, "a voice connection was closed\n");
    exit(1);
  }
  uint64_t now = now_ns();
  size_t end = (size_t)n + lengths[index];
  for (; end - at >= VOICE_WIRE; at += VOICE_WIRE) heard(p, buffer + at, now);
  lengths[index] = (uint16_t)(end - at);
  memcpy(rests + index * VOICE_WIRE, buffer + at, end - at);
}

void voice_read_udp(Person *p) {
  static uint8_t buffers[BATCH][2048];
  static struct iovec pieces[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec){buffers[i] + 4, sizeof buffers[i] - 4};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  int n = recvmmsg(p->voice_fd, messages, BATCH, MSG_DONTWAIT, NULL);
  uint64_t now = now_ns();
  for (int i = 0; i < n; i++)
    if (messages[i].msg_len == VOICE_N) heard(p, buffers[i], now);
}
