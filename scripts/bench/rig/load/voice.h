/* Voice frames with a time and a number in them, and their readers. */
#ifndef VOICE_H
#define VOICE_H

#include "crowd.h"

enum { VOICE_N = 148, VOICE_WIRE = 4 + VOICE_N };

typedef struct {
  uint64_t sent, received, lost;
  Histogram latency;
} VoiceCount;

extern VoiceCount voice_count;

/* Opens everybody's voice connection and says hello. */
void voice_open(Person *, int datagram);
/* Sends `times` frames of this person in one piece. */
void voice_talk(Person *, int times, int datagram);
/* For Crowd.on_voice. */
void voice_read_tcp(Person *);
void voice_read_udp(Person *);

#endif
