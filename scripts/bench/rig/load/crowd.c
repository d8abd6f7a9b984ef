#define _GNU_SOURCE
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { VERSION = 71, EVENTS = 512, CHUNK = 262144 };
enum { CHAT, VOICE, TIMER };

static const char LIMERICK[] =
    "Ginger was a big fat horse, a big fat horse was she. But don't tell that "
    "to MaryLou becuase in love with her is she.I tell you this in private, "
    "because I thought that you should know.But never say to MaryLou or both "
    "our heads will go.I've said it once, I've said it twice, I'll say it once "
    "again.Not a word of this to you know who or it will be our end!\n";
static const char PASSWORD[] = "bench123";

Crowd crowd;
static int timer = -1;

static void watch(int fd, uint32_t kind, int index) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)kind << 32 | (uint32_t)index};
  if (epoll_ctl(crowd.epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

void crowd_make(int count, uint32_t first_uid, int chat_port, int voice_port) {
  crowd.count = count;
  crowd.chat_port = chat_port;
  crowd.voice_port = voice_port;
  crowd.epoll = epoll_create1(0);
  crowd.people = calloc((size_t)count, sizeof *crowd.people);
  for (int i = 0; i < count; i++) {
    crowd.people[i].uid = first_uid + (uint32_t)i;
    crowd.people[i].fd = crowd.people[i].voice_fd = -1;
  }
}

void send_all(int fd, const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
    if (n > 0) {
      bytes += n;
      length -= (size_t)n;
    } else if (n < 0 && errno == EAGAIN) {
      struct pollfd wait = {.fd = fd, .events = POLLOUT};
      if (poll(&wait, 1, 1000) == 0) return;
    } else {
      return;
    }
  }
}

int dial(int port, int datagram) {
  int fd = socket(AF_INET, datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1, large = 4 << 20;
  if (datagram) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  else setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

static void tell(Person *p, int type, const uint8_t *payload, uint32_t length) {
  uint8_t frame[HEADER + 256];
  put_header(frame, type, VERSION, length);
  memcpy(frame + HEADER, payload, length);
  send_all(p->fd, frame, HEADER + length);
}

static void hello(Person *p) {
  uint8_t payload[4];
  p->started = now_ns();
  p->state = GREETING;
  int is_second = (p - crowd.people) % 2 == 1 && crowd.second_port != 0;
  p->fd = dial(is_second ? crowd.second_port : crowd.chat_port, 0);
  if (p->fd < 0) {
    p->state = GONE;
    return;
  }
  watch(p->fd, CHAT, (int)(p - crowd.people));
  put32(payload, p->uid);
  tell(p, CLIENT_HELLO, payload, 4);
}

static void prove(Person *p, const uint8_t *key, uint32_t length) {
  uint8_t payload[4 + 4 * sizeof PASSWORD];
  int number = 0, at = 4;
  for (uint32_t i = 4; i < 7 && i < length; i++) number = 10 * number + key[i] - '0';
  put32(payload, p->uid);
  for (int i = 0; PASSWORD[i]; i++, at += 4) {
    char digits[8];
    snprintf(digits, sizeof digits, "%03d0", 122 + i * (13 - i) + PASSWORD[i] + LIMERICK[number - 509 + i]);
    memcpy(payload + at, digits, 4);
  }
  p->state = PROVING;
  tell(p, LOGIN, payload, (uint32_t)at);
}

void crowd_join_one(Person *p) {
  uint8_t payload[10] = {0};
  put32(payload, p->gid);
  put32(payload + 6, 0x082a);
  p->started = now_ns();
  p->state = JOINING;
  tell(p, ROOM_JOIN, payload, sizeof payload);
}

static void gone(Person *p) {
  close(p->fd);
  p->fd = -1;
  p->state = GONE;
}

static void take(Person *p, int type, const uint8_t *payload, uint32_t length, uint64_t now) {
  uint8_t answer[10];
  switch (p->state) {
  case GREETING:
    if (type == HELLO) {
      put32(answer, p->uid);
      put32(answer + 4, 1);
      put16(answer + 8, 0);
      tell(p, LYMERICK, answer, 10);
    } else if (type == SERVER_KEY) {
      prove(p, payload, length);
    }
    break;
  case PROVING:
    if (type == FEEDBACK && length > 4) {
      gone(p);
    } else if (type == LOGIN_COMPLETE) {
      p->state = ONLINE;
      record(&crowd.signed_on, now - p->started);
    }
    break;
  case JOINING:
    if (type == ROOM_USER_LIST) {
      p->state = JOINED;
      record(&crowd.joined, now - p->started);
    }
    /* fall through */
  case ONLINE:
  case JOINED:
    if (crowd.on_frame) crowd.on_frame(p, type, payload, length, now);
    break;
  default:
    break;
  }
}

static void read_chat(Person *p) {
  static uint8_t buffer[CHUNK + 70000];
  if (p->fd < 0) return;
  memcpy(buffer, p->rest, p->rest_length);
  ssize_t n = recv(p->fd, buffer + p->rest_length, CHUNK, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    gone(p);
    return;
  }
  p->bytes_in += (uint64_t)n;
  uint64_t now = now_ns();
  uint32_t end = p->rest_length + (uint32_t)n, at = 0;
  while (end - at >= HEADER) {
    uint32_t length = get16(buffer + at + 4);
    if (end - at < HEADER + length) break;
    take(p, (int16_t)get16(buffer + at), buffer + at + HEADER, length, now);
    if (p->fd < 0) return;
    at += HEADER + length;
  }
  p->rest_length = end - at;
  if (p->rest_length > 0) {
    p->rest = realloc(p->rest, 70000);
    memcpy(p->rest, buffer + at, p->rest_length);
  } else if (p->rest) {
    free(p->rest);
    p->rest = NULL;
  }
}

void crowd_poll(int milliseconds) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(crowd.epoll, events, EVENTS, milliseconds);
  for (int i = 0; i < n; i++) {
    Person *p = &crowd.people[(uint32_t)events[i].data.u64];
    uint64_t times = 0;
    switch (events[i].data.u64 >> 32) {
    case CHAT: read_chat(p); break;
    case VOICE: crowd.on_voice(p); break;
    case TIMER:
      if (read(timer, &times, 8) == 8 && crowd.on_tick) crowd.on_tick(times);
      break;
    }
  }
}

/* How many have come as far as `state`, and how many are between. */
static int advance(State from, State to, int window, double seconds, void (*start)(Person *)) {
  uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
  int next = 0;
  for (;;) {
    int busy = 0, done = 0, dead = 0;
    for (int i = 0; i < next; i++) {
      State state = crowd.people[i].state;
      if (state == GONE) dead++;
      else if (state >= to) done++;
      else busy++;
    }
    for (; busy < window && next < crowd.count; next++, busy++)
      if (crowd.people[next].state == from) start(&crowd.people[next]);
    if (done + dead == crowd.count) return dead;
    if (now_ns() > until) return crowd.count - done;
    for (int i = 0; i < 8; i++) crowd_poll(1);
  }
}

int crowd_sign_on(int window, double seconds) {
  return crowd.failed = advance(NEW, ONLINE, window, seconds, hello);
}

int crowd_join(int window, double seconds) {
  return advance(ONLINE, JOINED, window, seconds, crowd_join_one);
}

void crowd_pretend(void) {
  for (int i = 0; i < crowd.count; i++) crowd.people[i].state = JOINED;
}

void crowd_tick_every(double per_second) {
  if (timer < 0) {
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    watch(timer, TIMER, 0);
  }
  long long ns = per_second > 0 ? (long long)(1e9 / per_second) : 0;
  struct itimerspec spec = {.it_interval = {ns / 1000000000, ns % 1000000000}};
  spec.it_value = spec.it_interval;
  timerfd_settime(timer, 0, &spec, NULL);
}

void crowd_ignore(Person *p) { epoll_ctl(crowd.epoll, EPOLL_CTL_DEL, p->fd, NULL); }

void watch_voice(Person *p) { watch(p->voice_fd, VOICE, (int)(p - crowd.people)); }
