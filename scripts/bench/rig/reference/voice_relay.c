/*
 * voice_relay PORT: how fast voice can be relayed by something that does
 * nothing else: TCP with epoll, UDP with recvmmsg and sendmmsg, one thread.
 * A hello (room, person) puts a connection or an address into a room; every
 * frame goes unchanged to all others in the room.
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

enum { MAX_FD = 20000, CHUNK = 65536, QUEUE = 65536, EVENTS = 512, BATCH = 64, MEMBERS = 1100 };

typedef struct {
  int count, peer_count;
  int members[MEMBERS];
  uint32_t peer_uids[MEMBERS];
  struct sockaddr_in peers[MEMBERS];
} Room;

typedef struct {
  Room *room;
  uint32_t rest_length, queued;
  uint8_t *rest, *queue;
} Link;

static Room *rooms[65536];
static Room *room_of_port[65536];
static Link links[MAX_FD];
static int epoll_fd;

static Room *room_at(uint32_t gid) {
  Room **room = &rooms[gid & 0xffff];
  if (!*room) *room = calloc(1, sizeof **room);
  return *room;
}

static void watch(int fd, uint32_t events, int op) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll_fd, op, fd, &event);
}

static void hang_up(int fd) {
  Link *link = &links[fd];
  if (link->room) {
    for (int i = 0; i < link->room->count; i++)
      if (link->room->members[i] == fd) link->room->members[i] = link->room->members[--link->room->count];
  }
  free(link->rest);
  free(link->queue);
  memset(link, 0, sizeof *link);
  close(fd);
}

/* A listener whose queue is full misses this run, and whole frames only. */
static void give(int fd, const uint8_t *bytes, uint32_t length) {
  Link *link = &links[fd];
  if (link->queued == 0) {
    ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == (ssize_t)length) return;
    if (n > 0) {
      bytes += n;
      length -= (uint32_t)n;
    }
    if (!link->queue) link->queue = malloc(2 * QUEUE);
    watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  } else if (link->queued + length > QUEUE) {
    return;
  }
  memcpy(link->queue + link->queued, bytes, length);
  link->queued += length;
}

static void write_more(int fd) {
  Link *link = &links[fd];
  ssize_t n = send(fd, link->queue, link->queued, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n <= 0) return;
  link->queued -= (uint32_t)n;
  memmove(link->queue, link->queue + n, link->queued);
  if (link->queued == 0) watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void read_from(int fd) {
  static uint8_t buffer[2 * CHUNK];
  Link *link = &links[fd];
  memcpy(buffer, link->rest, link->rest_length);
  ssize_t n = recv(fd, buffer + link->rest_length, CHUNK, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    hang_up(fd);
    return;
  }
  uint32_t end = link->rest_length + (uint32_t)n, at = 0;
  if (!link->room && end >= 8) {
    link->room = room_at(get32(buffer));
    if (link->room->count < MEMBERS) link->room->members[link->room->count++] = fd;
    at = 8;
  }
  uint32_t start = at;
  while (end - at >= 4 && end - at >= 4 + get32(buffer + at)) at += 4 + get32(buffer + at);
  if (at > start) {
    Room *room = link->room;
    for (int i = 0; i < room->count; i++)
      if (room->members[i] != fd) give(room->members[i], buffer + start, at - start);
  }
  link->rest_length = end - at;
  if (link->rest_length > 0) {
    if (!link->rest) link->rest = malloc(CHUNK);
    memcpy(link->rest, buffer + at, link->rest_length);
  }
}

/* A person who comes back takes his old place: nothing is sent to where he was. */
static void greet(const struct sockaddr_in *from, uint32_t gid, uint32_t uid) {
  Room *room = room_at(gid);
  int place = 0;
  while (place < room->peer_count && room->peer_uids[place] != uid) place++;
  if (place == MEMBERS) return;
  if (place == room->peer_count) room->peer_count++;
  else room_of_port[ntohs(room->peers[place].sin_port)] = NULL;
  room->peer_uids[place] = uid;
  room->peers[place] = *from;
  room_of_port[ntohs(from->sin_port)] = room;
}

static void flush(int fd, struct mmsghdr *out, int count) {
  for (int sent = 0; sent < count;) {
    int n = sendmmsg(fd, out + sent, (unsigned)(count - sent), 0);
    if (n <= 0) return;
    sent += n;
  }
}

static void relay_datagrams(int fd) {
  static uint8_t buffers[BATCH][2048];
  static struct mmsghdr in[BATCH], out[1024];
  static struct iovec pieces[BATCH];
  static struct sockaddr_in from[BATCH];
  for (int i = 0; i < BATCH; i++) {
    pieces[i] = (struct iovec){buffers[i], sizeof buffers[i]};
    in[i].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1, .msg_name = &from[i], .msg_namelen = sizeof from[i]};
  }
  int n = recvmmsg(fd, in, BATCH, MSG_DONTWAIT, NULL), due = 0;
  for (int i = 0; i < n; i++) {
    if (in[i].msg_len == 8) {
      greet(&from[i], get32(buffers[i]), get32(buffers[i] + 4));
      continue;
    }
    Room *room = room_of_port[ntohs(from[i].sin_port)];
    if (!room) continue;
    pieces[i].iov_len = in[i].msg_len;
    for (int j = 0; j < room->peer_count; j++) {
      if (room->peers[j].sin_port == from[i].sin_port) continue;
      out[due++].msg_hdr = (struct msghdr){.msg_iov = &pieces[i], .msg_iovlen = 1, .msg_name = &room->peers[j], .msg_namelen = sizeof room->peers[j]};
      if (due == 1024) {
        flush(fd, out, due);
        due = 0;
      }
    }
  }
  flush(fd, out, due);
}

int main(int argc, char **argv) {
  int port = argc > 1 ? atoi(argv[1]) : 0, one = 1;
  signal(SIGPIPE, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof here;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&here, size) < 0 || listen(listener, 4096) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&here, &size);
  if (bind(datagrams, (struct sockaddr *)&here, size) < 0) die("bind");
  printf("ready {\"chat\":\"127.0.0.1:0\",\"voice\":\"127.0.0.1:%d\",\"pid\":%d}\n", ntohs(here.sin_port), getpid());
  fflush(stdout);

  epoll_fd = epoll_create1(0);
  watch(listener, EPOLLIN, EPOLL_CTL_ADD);
  watch(datagrams, EPOLLIN, EPOLL_CTL_ADD);
  for (struct epoll_event events[EVENTS];;) {
    int n = epoll_wait(epoll_fd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == datagrams) {
        relay_datagrams(fd);
      } else if (fd == listener) {
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (fd >= MAX_FD) {
            close(fd);
            continue;
          }
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          watch(fd, EPOLLIN, EPOLL_CTL_ADD);
        }
      } else {
        if (events[i].events & EPOLLOUT) write_more(fd);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(fd);
      }
    }
  }
}
