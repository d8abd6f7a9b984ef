/*
 * chat_server PORT [merge]: how fast room text can be handed on by a plain
 * epoll server that does nothing else: no accounts, no limits, no log. Speaks
 * enough of the chat connection for the load generator to sign on and join.
 *
 * Without `merge` each frame is one send per member; with it, what goes to a
 * room within one round of epoll is one send per member.
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

enum { MAX_FD = 20000, CHUNK = 65536, QUEUE = 262144, EVENTS = 512 };

typedef struct Room {
  uint32_t gid;
  int count;
  int members[1100];
  uint8_t *waiting;
  uint32_t waiting_length;
  int waiting_from;
} Room;

typedef struct {
  uint32_t uid, rest_length, queued;
  Room *room;
  uint8_t *rest, *queue;
} Person;

static Person people[MAX_FD];
static Room *rooms[65536], *dirty[65536];
static int epoll_fd, merging, dirty_count;

static void watch(int fd, uint32_t events, int op) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll_fd, op, fd, &event);
}

static void hang_up(int fd) {
  Person *p = &people[fd];
  if (p->room) {
    for (int i = 0; i < p->room->count; i++)
      if (p->room->members[i] == fd) p->room->members[i] = p->room->members[--p->room->count];
  }
  free(p->rest);
  free(p->queue);
  memset(p, 0, sizeof *p);
  close(fd);
}

/* Writes now what goes, and keeps the rest; too much waiting ends him. */
static void give(int fd, const uint8_t *bytes, uint32_t length) {
  Person *p = &people[fd];
  if (p->queued == 0) {
    ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == (ssize_t)length) return;
    if (n > 0) {
      bytes += n;
      length -= (uint32_t)n;
    }
    if (!p->queue) p->queue = malloc(QUEUE);
    watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
  if (p->queued + length > QUEUE) {
    shutdown(fd, SHUT_RDWR);
    return;
  }
  memcpy(p->queue + p->queued, bytes, length);
  p->queued += length;
}

static void write_more(int fd) {
  Person *p = &people[fd];
  ssize_t n = send(fd, p->queue, p->queued, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n <= 0) return;
  p->queued -= (uint32_t)n;
  memmove(p->queue, p->queue + n, p->queued);
  if (p->queued == 0) watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void tell(int fd, int type, const void *payload, uint32_t length) {
  uint8_t frame[HEADER + 64];
  put_header(frame, type, 29, length);
  memcpy(frame + HEADER, payload, length);
  give(fd, frame, HEADER + length);
}

static void settle(Room *room) {
  if (room->waiting_length == 0) return;
  for (int i = 0; i < room->count; i++)
    if (room->members[i] != room->waiting_from) give(room->members[i], room->waiting, room->waiting_length);
  room->waiting_length = 0;
}

static void say(int from, const uint8_t *text, uint32_t length) {
  Room *room = people[from].room;
  if (!room) return;
  uint32_t size = HEADER + 8 + length;
  /* One buffer is for all but one sender; another sender starts a new one. */
  if (room->waiting_length && (room->waiting_from != from || room->waiting_length + size > CHUNK)) settle(room);
  if (room->waiting_length == 0 && merging) dirty[dirty_count++] = room;
  uint8_t *p = room->waiting + room->waiting_length;
  put_header(p, ROOM_MESSAGE_IN, 29, 8 + length);
  put32(p + HEADER, room->gid);
  put32(p + HEADER + 4, people[from].uid);
  memcpy(p + HEADER + 8, text, length);
  room->waiting_length += size;
  room->waiting_from = from;
  if (!merging) settle(room);
}

static void enter(int fd, uint32_t gid) {
  Room *room = rooms[gid & 0xffff];
  if (!room) {
    room = rooms[gid & 0xffff] = calloc(1, sizeof *room);
    room->gid = gid;
    room->waiting = malloc(2 * CHUNK);
  }
  if (room->count < 1100) room->members[room->count++] = fd;
  people[fd].room = room;
  tell(fd, ROOM_JOINED, "", 0);
  tell(fd, ROOM_USER_LIST, "", 0);
}

static void take(int fd, int type, const uint8_t *payload, uint32_t length) {
  switch (type) {
  case CLIENT_HELLO: tell(fd, HELLO, "Hello-From:PaLTALK", 18); break;
  case LYMERICK:
    people[fd].uid = get32(payload);
    tell(fd, SERVER_KEY, "XyF\xa6" "551473312518", 16);
    break;
  case LOGIN: tell(fd, LOGIN_COMPLETE, "", 0); break;
  case ROOM_JOIN: enter(fd, get32(payload)); break;
  case ROOM_MESSAGE_OUT:
    if (length >= 4) say(fd, payload + 4, length - 4);
    break;
  }
}

static void read_from(int fd) {
  static uint8_t buffer[2 * CHUNK];
  Person *p = &people[fd];
  memcpy(buffer, p->rest, p->rest_length);
  ssize_t n = recv(fd, buffer + p->rest_length, CHUNK, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    hang_up(fd);
    return;
  }
  uint32_t end = p->rest_length + (uint32_t)n, at = 0;
  while (end - at >= HEADER) {
    uint32_t length = get16(buffer + at + 4);
    if (end - at < HEADER + length) break;
    take(fd, (int16_t)get16(buffer + at), buffer + at + HEADER, length);
    at += HEADER + length;
  }
  p->rest_length = end - at;
  if (p->rest_length > 0) {
    if (!p->rest) p->rest = malloc(2 * CHUNK);
    memcpy(p->rest, buffer + at, p->rest_length);
  }
}

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 0;
  merging = argc > 2 && strcmp(argv[2], "merge") == 0;
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof here;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, size) < 0 || listen(listener, 4096) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&here, &size);
  printf("ready {\"chat\":\"127.0.0.1:%d\",\"voice\":\"127.0.0.1:0\",\"pid\":%d}\n", ntohs(here.sin_port), getpid());
  fflush(stdout);

  epoll_fd = epoll_create1(0);
  watch(listener, EPOLLIN, EPOLL_CTL_ADD);
  for (struct epoll_event events[EVENTS];;) {
    int n = epoll_wait(epoll_fd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (fd >= MAX_FD) {
            close(fd);
            continue;
          }
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          watch(fd, EPOLLIN, EPOLL_CTL_ADD);
        }
        continue;
      }
      if (events[i].events & EPOLLOUT) write_more(fd);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(fd);
    }
    for (int i = 0; i < dirty_count; i++) settle(dirty[i]);
    dirty_count = 0;
  }
}
