/*
 * video_relay PORT: how fast pictures can be relayed by something that does
 * nothing else: epoll, one thread, no checks. A picture is kept for its uid; a
 * GET waits until there is one that its viewer has not had.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 20000, PEOPLE = 4096, EVENTS = 512, BUFFER = 66000, MASK = PEOPLE - 1 };

typedef struct {
  uint8_t *answer;
  size_t size;
  uint32_t sequence;
  int waiting[PEOPLE], waiting_count;
} Source;

typedef struct {
  uint8_t *bytes;
  size_t have;
  uint32_t viewer;
  int waits;
} Link;

static Source sources[PEOPLE];
static uint32_t seen[PEOPLE][256];
static Link links[MAX_FD];
static int epoll_fd;

static void hang_up(int fd) {
  free(links[fd].bytes);
  memset(&links[fd], 0, sizeof links[fd]);
  close(fd);
}

static void answer(int fd, Source *source, uint32_t publisher) {
  seen[links[fd].viewer & MASK][publisher & 255] = source->sequence;
  send(fd, source->answer, source->size, MSG_NOSIGNAL);
  hang_up(fd);
}

static void keep(uint32_t uid, const uint8_t *jpeg, size_t size) {
  Source *source = &sources[uid & MASK];
  free(source->answer);
  source->answer = malloc(size + 128);
  int head = sprintf((char *)source->answer,
                     "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Type: image/jpeg\r\n"
                     "Connection: close\r\n\r\n", size);
  memcpy(source->answer + head, jpeg, size);
  source->size = (size_t)head + size;
  source->sequence++;
  int count = source->waiting_count;
  source->waiting_count = 0;
  for (int i = 0; i < count; i++) answer(source->waiting[i], source, uid);
}

/* True while more bytes are needed. */
static int serve(int fd) {
  Link *link = &links[fd];
  uint8_t *b = link->bytes;
  if (link->have < 8) return 1;
  uint32_t kind = get32(b);
  if (kind == 900 || kind == 910) {
    if (kind == 910 && link->have < 12) return 1;
    send(fd, "\0\7", 2, MSG_NOSIGNAL);
  } else if (kind == 1000) {
    if (link->have < 10) return 1;
    size_t head = 14u + get16(b + 8);
    if (link->have < head) return 1;
    size_t size = get32(b + head - 4);
    if (link->have < head + size) return 1;
    keep(get32(b + 4), b + head, size);
  } else {
    unsigned publisher = 0, viewer = 0;
    if (!memchr(b, '\n', link->have)) return 1;
    b[link->have] = 0;
    sscanf((char *)b, "GET /ab?1&%u&%u", &publisher, &viewer);
    Source *source = &sources[publisher & MASK];
    link->viewer = viewer;
    if (source->sequence > seen[viewer & MASK][publisher & 255]) {
      answer(fd, source, publisher);
    } else {
      link->waits = 1;
      source->waiting[source->waiting_count++ & MASK] = fd;
      struct epoll_event none = {.events = 0, .data.fd = fd};
      epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &none);
    }
    return 0;
  }
  hang_up(fd);
  return 0;
}

static void on_bytes(int fd) {
  Link *link = &links[fd];
  if (link->waits) return;
  if (!link->bytes) link->bytes = malloc(BUFFER);
  ssize_t got = recv(fd, link->bytes + link->have, BUFFER - 1 - link->have, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) hang_up(fd);
    return;
  }
  link->have += (size_t)got;
  serve(fd);
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t length = sizeof at;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  signal(SIGPIPE, SIG_IGN);
  at.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 4096) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&at, &length);
  epoll_fd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
  int port = ntohs(at.sin_port);
  printf("ready {\"chat\":\"127.0.0.1:%d\",\"voice\":\"127.0.0.1:%d\",\"video\":\"127.0.0.1:%d\",\"pid\":%d}\n",
         port, port, port, getpid());
  fflush(stdout);
  for (struct epoll_event events[EVENTS];;) {
    int count = epoll_wait(epoll_fd, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        on_bytes(fd);
        continue;
      }
      while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FD) {
          close(fd);
          continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event in = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &in);
      }
    }
  }
}
