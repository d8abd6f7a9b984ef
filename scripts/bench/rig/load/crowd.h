/*
 * Many clients in one thread: connect, sign on, join, and hand every frame to
 * whoever measures.
 */
#ifndef CROWD_H
#define CROWD_H

#include "../reference/wire.h"

typedef enum { NEW, GREETING, PROVING, ONLINE, JOINING, JOINED, GONE } State;

typedef struct {
  int fd, voice_fd;
  State state;
  uint32_t uid, gid;
  /* The start of a frame whose end has not come yet. */
  uint8_t *rest;
  uint32_t rest_length;
  uint64_t started, bytes_in;
  /* For whoever measures. */
  uint64_t expected, lost, got;
} Person;

typedef struct {
  int count, epoll, chat_port, voice_port, failed;
  /* Where every second client connects instead; 0: to the same port. */
  int second_port;
  Person *people;
  Histogram signed_on, joined;
  /* A frame of someone who is online. */
  void (*on_frame)(Person *, int type, const uint8_t *payload, uint32_t length, uint64_t now);
  /* Bytes wait on a voice socket. */
  void (*on_voice)(Person *);
  /* The timer of `tick_every` ran out this many times. */
  void (*on_tick)(uint64_t times);
} Crowd;

extern Crowd crowd;

/* Makes `count` people with numbers from `first_uid`; none is connected. */
void crowd_make(int count, uint32_t first_uid, int chat_port, int voice_port);
/* Signs everybody on, at most `window` at once; gives how many failed. */
int crowd_sign_on(int window, double seconds);
/* Everybody joins the room in his `gid`; gives how many did not get in. */
int crowd_join(int window, double seconds);
/* Leaves chat aside: everybody counts as joined. For a bare voice relay. */
void crowd_pretend(void);
void crowd_join_one(Person *);
/* Handles what comes within `milliseconds`. */
void crowd_poll(int milliseconds);
/* Calls `on_tick` this many times per second. */
void crowd_tick_every(double per_second);
/* Never reads from him again. */
void crowd_ignore(Person *);
void send_all(int fd, const uint8_t *bytes, size_t length);
int dial(int port, int datagram);
void watch_voice(Person *);

#endif
