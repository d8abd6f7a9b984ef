/*
 * Publishers push pictures by the clock, viewers fetch them one after the
 * other: a connection for each picture, in both directions. What is measured
 * is the time from the last byte of a picture to the last byte of the answer
 * to a GET that waited for it. Who may do so was settled on the chat port
 * before this program began.
 */
#define _GNU_SOURCE
#include "modes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER = 65536, EVENTS = 256, PUBLISHER_HELLO = 900, PICTURE = 1000, VIEWER_HELLO = 910 };

static const char LIMERICK[] =
    "Ginger was a big fat horse, a big fat horse was she. But don't tell that "
    "to MaryLou becuase in love with her is she.I tell you this in private, "
    "because I thought that you should know.But never say to MaryLou or both "
    "our heads will go.I've said it once, I've said it twice, I'll say it once "
    "again.Not a word of this to you know who or it will be our end!\n";

typedef struct {
  uint32_t uid, counter;
  int offset;
} Publisher;

typedef struct {
  uint32_t publisher, viewer, counter;
  int offset, fd;
  size_t have;
  uint8_t *answer;
} View;

static struct {
  int port, epoll, publishers, views;
  Publisher *publisher;
  View *view;
  uint8_t jpeg[65536];
  size_t jpeg_size;
  uint64_t delivered, failed, pictures, missed;
  Histogram latency;
} run;

/* The counter in decimal, each digit as four: see docs/protocol.md. */
static size_t digits(char *to, uint32_t counter, int offset) {
  char decimal[16], *at = to;
  int count = snprintf(decimal, sizeof decimal, "%u", counter);
  for (int i = 0; i < count; i++)
    at += sprintf(at, "%03d7", 122 + i * (13 - i) + LIMERICK[offset + i] + decimal[i]);
  return (size_t)(at - to);
}

static int open_one(void) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)run.port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0) die("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static int hello(const uint8_t *bytes, size_t length) {
  uint8_t answer[2];
  int fd = open_one();
  if (fd < 0) return -1;
  ssize_t got = send(fd, bytes, length, MSG_NOSIGNAL) < 0 ? -1 : recv(fd, answer, 2, MSG_WAITALL);
  close(fd);
  return got == 2 ? get16(answer) : -1;
}

static void push(Publisher *p) {
  uint8_t bytes[sizeof run.jpeg + 128];
  char text[80];
  size_t count = digits(text, p->counter++, p->offset);
  put32(bytes, PICTURE);
  put32(bytes + 4, p->uid);
  put16(bytes + 8, (uint32_t)count);
  memcpy(bytes + 10, text, count);
  put32(bytes + 10 + count, (uint32_t)run.jpeg_size);
  uint8_t *jpeg = bytes + 14 + count;
  memcpy(jpeg, run.jpeg, run.jpeg_size);
  int fd = open_one();
  if (fd < 0) {
    run.failed++;
    return;
  }
  /* In the comment at the beginning. */
  put64(jpeg + 6, now_ns());
  if (send(fd, bytes, 14 + count + run.jpeg_size, MSG_NOSIGNAL) < 0) run.failed++;
  shutdown(fd, SHUT_WR);
  close(fd);
  run.pictures++;
}

static void fetch(View *v) {
  char line[160], text[80];
  size_t count = digits(text, v->counter++, v->offset);
  text[count] = 0;
  int length = snprintf(line, sizeof line, "GET /ab?1&%u&%u&%s\n", v->publisher, v->viewer, text);
  v->fd = open_one();
  v->have = 0;
  if (v->fd < 0 || send(v->fd, line, (size_t)length, MSG_NOSIGNAL) < 0) {
    run.failed++;
    if (v->fd >= 0) close(v->fd);
    v->fd = -1;
    return;
  }
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = v};
  epoll_ctl(run.epoll, EPOLL_CTL_ADD, v->fd, &event);
}

/* True when the answer is whole. */
static int take(View *v) {
  ssize_t got = recv(v->fd, v->answer + v->have, ANSWER - v->have, MSG_DONTWAIT);
  if (got < 0) return errno != EAGAIN;
  v->have += (size_t)got;
  return got == 0;
}

static void taken(View *v, uint64_t now) {
  uint8_t *jpeg = memmem(v->answer, v->have, "\r\n\r\n", 4);
  size_t head = jpeg ? (size_t)(jpeg + 4 - v->answer) : 0;
  if (!jpeg || v->have != head + run.jpeg_size) {
    run.failed++;
  } else {
    uint64_t sent = get64(jpeg + 4 + 6);
    run.delivered++;
    if (sent) record(&run.latency, now - sent);
  }
  close(v->fd);
  v->fd = -1;
}

static void prepare(int argc, char **argv) {
  uint32_t uid = (uint32_t)number(argc, argv, "uid", 1000002);
  int viewers = (int)number(argc, argv, "viewers", 10), each = (int)number(argc, argv, "views", 6);
  run.port = (int)number(argc, argv, "video_port", 2092);
  run.publishers = (int)number(argc, argv, "publishers", 1);
  run.views = viewers * each;
  run.publisher = calloc((size_t)run.publishers, sizeof *run.publisher);
  run.view = calloc((size_t)run.views, sizeof *run.view);
  FILE *file = fopen(getenv("BENCH_PICTURE") ? getenv("BENCH_PICTURE") : "", "rb");
  if (!file) die("BENCH_PICTURE");
  run.jpeg_size = fread(run.jpeg, 1, sizeof run.jpeg, file);
  fclose(file);
  for (int i = 0; i < run.publishers; i++) {
    Publisher *p = &run.publisher[i];
    uint8_t bytes[8];
    *p = (Publisher){uid + (uint32_t)i, (uint32_t)number(argc, argv, "counter", 1000), 0};
    put32(bytes, PUBLISHER_HELLO);
    put32(bytes + 4, p->uid);
    if ((p->offset = hello(bytes, 8)) < 0) run.failed++, p->offset = 0;
  }
  for (int i = 0; i < run.views; i++) {
    View *v = &run.view[i];
    int viewer = i / each;
    uint8_t bytes[12];
    v->viewer = uid + (uint32_t)(run.publishers + viewer);
    v->publisher = uid + (uint32_t)((viewer * each + i % each) % run.publishers);
    v->counter = (uint32_t)number(argc, argv, "counter", 1000);
    v->answer = malloc(ANSWER);
    v->fd = -1;
    put32(bytes, VIEWER_HELLO);
    put32(bytes + 4, v->publisher);
    put32(bytes + 8, v->viewer);
    if ((v->offset = hello(bytes, 12)) < 0) run.failed++, v->offset = 0;
  }
}

static void poll_for(int milliseconds) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(run.epoll, events, EVENTS, milliseconds);
  uint64_t now = now_ns();
  for (int i = 0; i < count; i++) {
    View *v = events[i].data.ptr;
    if (!take(v)) continue;
    taken(v, now);
    fetch(v);
  }
}

/* Publishers in turn, evenly spread over each interval. */
static void go(double rate, int milliseconds) {
  uint64_t begun = now_ns(), end = begun + (uint64_t)milliseconds * 1000000u;
  double gap = 1e9 / (rate * run.publishers);
  for (uint64_t sent = 0, now; (now = now_ns()) < end;) {
    uint64_t due = begun + (uint64_t)((double)sent * gap);
    if (now >= due) {
      push(&run.publisher[sent++ % (uint64_t)run.publishers]);
      poll_for(0);
    } else {
      poll_for((due - now) / 1000000u > 0 ? 1 : 0);
    }
  }
}

void run_video(int argc, char **argv) {
  int ms = (int)number(argc, argv, "ms", 2000);
  double rate = (double)number(argc, argv, "rate", 6);
  run.epoll = epoll_create1(0);
  prepare(argc, argv);
  for (int i = 0; i < run.publishers; i++) push(&run.publisher[i]);
  for (int i = 0; i < run.views; i++) fetch(&run.view[i]);
  go(rate, 1000);
  run.delivered = run.pictures = 0;
  memset(&run.latency, 0, sizeof run.latency);
  int pid = (int)number(argc, argv, "pid", 0);
  Watch watch = watch_begin(pid);
  go(rate, ms);
  double seconds = watch_seconds(&watch), cpu = watch_cpu(&watch);
  printf("{\"failed\":%llu,\"delivered\":%llu,\"pictures\":%llu,\"lost\":0,\"seconds\":%.3f,\"cpu\":%.4f,\"rssKb\":%ld,",
         (unsigned long long)run.failed, (unsigned long long)run.delivered,
         (unsigned long long)run.pictures, seconds, cpu, rss_kb(pid));
  print_latency("latency", &run.latency);
  printf("}\n");
}
