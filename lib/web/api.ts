/**
 * The JSON API under /api/v1/: one table of endpoints, from which the routes
 * and the OpenAPI document are made.
 *
 * @module
 */
import { VERSION } from "../version.ts";
import {
  requireRecentSignIn,
  requireStaff,
  requireTwoStep,
} from "./desk/access.ts";
import { RESOLUTIONS } from "./history.ts";
import {
  arrayOf,
  integer,
  nullable,
  number,
  object,
  text,
  truth,
} from "./json_schema.ts";
import { requireNear } from "./metrics_page.ts";
import { type DescribedEndpoint, openapi } from "./openapi.ts";
import { Problem } from "./problem.ts";
import type { App, Context, Site } from "./site.ts";

export interface Endpoint extends DescribedEndpoint {
  read(site: Site, c: Context): unknown;
}

const ROOM = object({
  gid: integer,
  name: text,
  voice: truth,
  rating: text,
  locked: truth,
  people: integer,
  speaking: truth,
});

const COUNTS = {
  packetsIn: number,
  packetsOut: number,
  voiceFramesIn: number,
  voiceFramesOut: number,
  videoBytesIn: number,
  videoBytesOut: number,
};

export const ENDPOINTS: readonly Endpoint[] = [
  {
    path: "/api/v1/status",
    summary: "How many people and rooms there are",
    access: "everybody",
    answer: object({
      name: text,
      version: text,
      online: integer,
      rooms: integer,
      speaking: integer,
      registration: { type: "string", enum: ["closed", "open", "invite"] },
    }),
    read(site) {
      const { name, online, rooms, speaking } = site.front.snapshot();
      const { registration } = site.config().auth;
      return { name, version: VERSION, online, rooms, speaking, registration };
    },
  },
  {
    path: "/api/v1/rooms",
    summary: "The rooms by category",
    access: "everybody",
    answer: arrayOf(object({
      code: integer,
      name: text,
      people: integer,
      rooms: arrayOf(ROOM),
    })),
    read: (site) => site.front.snapshot().categories,
  },
  {
    path: "/api/v1/online",
    summary: "Who is online; null unless the host shows names",
    access: "everybody",
    answer: object({ online: integer, names: nullable(arrayOf(text)) }),
    read(site) {
      const { online, names } = site.front.snapshot();
      return { online, names };
    },
  },
  {
    path: "/api/v1/history",
    summary: "Samples of the load, oldest first",
    access: "near",
    query: [{
      name: "resolution",
      about: "Seconds per sample",
      schema: {
        type: "integer",
        enum: RESOLUTIONS.map(({ seconds }) => seconds),
      },
    }],
    answer: arrayOf(object({
      at: integer,
      sessions: integer,
      rooms: integer,
      talkers: integer,
      packets: integer,
      voiceFrames: integer,
    })),
    read(site, c) {
      const wanted = c.req.query("resolution") ?? "10";
      const found = RESOLUTIONS.find(({ seconds }) =>
        String(seconds) === wanted
      );
      if (!found) {
        throw new Problem(
          422,
          `resolution is one of ${
            RESOLUTIONS.map(({ seconds }) => seconds).join(", ")
          }.`,
        );
      }
      return site.store.history.list(
        found.seconds,
        site.clock() - found.keepMs,
      );
    },
  },
  {
    path: "/api/v1/server",
    summary: "The server's state in full",
    access: "staff",
    answer: object({
      version: text,
      pid: integer,
      startedAt: integer,
      uptimeSeconds: number,
      endpoints: object({
        chat: text,
        voice: text,
        video: nullable(text),
        web: nullable(text),
        webs: nullable(text),
        advertised: text,
        advertisedPrivate: text,
      }),
      tls: nullable(object({
        mode: text,
        names: arrayOf(text),
        issuer: text,
        until: integer,
        fingerprint: text,
        problem: nullable(text),
      })),
      connections: integer,
      sessions: integer,
      peakSessions: integer,
      rooms: integer,
      voiceLinks: object({ tcp: integer, udp: integer }),
      video: object({
        publishers: integer,
        live: integer,
        views: integer,
        connections: integer,
      }),
      talkers: integer,
      rates: object(COUNTS),
      totals: { type: "object", additionalProperties: integer },
      memory: object({ rss: integer, heapUsed: integer }),
      queues: object({
        outboxBytes: integer,
        largestOutboxBytes: integer,
        passwordHashes: integer,
      }),
      loopLagMs: object({ p50: number, p99: number }),
      limits: { type: "object", additionalProperties: number },
      errors: arrayOf(object({ at: integer, category: text, message: text })),
    }),
    read: (site) => site.live.status(),
  },
  {
    path: "/api/v1/sessions",
    summary: "Every chat connection",
    access: "staff",
    answer: arrayOf(object({
      id: integer,
      uid: nullable(integer),
      nickname: nullable(text),
      role: text,
      address: text,
      port: integer,
      connectedAt: integer,
      lastPacketAt: integer,
      clientVersion: nullable(integer),
      phase: { type: "string", enum: ["hello", "login", "online"] },
      away: truth,
      rooms: arrayOf(integer),
      queuedBytes: integer,
      packetsIn: integer,
      packetsOut: integer,
    })),
    read: (site) => site.live.sessions(),
  },
];

export function apiPages(app: App, site: Site): void {
  for (const endpoint of ENDPOINTS) {
    app.get(endpoint.path, (c) => {
      if (endpoint.access === "near") requireNear(c);
      if (endpoint.access === "staff") {
        requireStaff(c, "moderator");
        requireRecentSignIn(c, site);
        requireTwoStep(c, site);
      }
      return c.json(endpoint.read(site, c));
    });
  }
  app.get("/api/v1/openapi.json", (c) => c.json(openapi(ENDPOINTS)));
}
