import { deepEqual, equal, ok } from "node:assert/strict";
import { ENDPOINTS } from "./api.ts";
import type { Schema } from "./json_schema.ts";
import {
  members,
  roomInfo,
  sessionInfo,
} from "../../tests/support/web/fake_live.ts";
import { type TestSite, withSite } from "../../tests/support/web/site.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, {
    get: {
      parameters: { name: string; schema: Schema }[];
      responses: Record<
        string,
        { content?: { "application/json": { schema: Schema } } }
      >;
    };
  }>;
}

/** Returns the parts of `value` that do not match `schema`. */
function faults(value: unknown, schema: Schema, at = "$"): string[] {
  if (schema.anyOf) {
    return schema.anyOf.some((one) => faults(value, one).length === 0)
      ? []
      : [`${at} fits none`];
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${at} not in enum`];
  switch (schema.type) {
    case "null":
      return value === null ? [] : [`${at} is not null`];
    case "integer":
      return Number.isInteger(value) ? [] : [`${at} is no integer`];
    case "number":
      return typeof value === "number" ? [] : [`${at} is no number`];
    case "string":
      return typeof value === "string" ? [] : [`${at} is no text`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${at} is no boolean`];
    case "array":
      return Array.isArray(value)
        ? value.flatMap((one, i) => faults(one, schema.items!, `${at}[${i}]`))
        : [`${at} is no array`];
    case "object": {
      if (typeof value !== "object" || value === null) {
        return [`${at} no object`];
      }
      const known = schema.properties ?? {};
      return [
        ...(schema.required ?? []).filter((key) => !(key in value))
          .map((key) => `${at}.${key} is missing`),
        ...Object.entries(value).flatMap(([key, one]) => {
          const own = known[key];
          if (own) return faults(one, own, `${at}.${key}`);
          const rest = schema.additionalProperties;
          if (rest === false) return [`${at}.${key} is not in the document`];
          return typeof rest === "object"
            ? faults(one, rest, `${at}.${key}`)
            : [];
        }),
      ];
    }
    default:
      return [`${at}: the test does not know ${schema.type}`];
  }
}

async function document(site: TestSite): Promise<Document> {
  return JSON.parse((await site.browser().get("/api/v1/openapi.json")).text);
}

Deno.test("GET /api/v1/openapi.json is true of every endpoint", () =>
  withSite(async (site) => {
    await site.addUser("Mod", { role: "moderator" });
    const staff = site.browser();
    await staff.signIn("Mod");
    site.live.sessionList = [
      sessionInfo(),
      sessionInfo({ uid: null, nickname: null, phase: "hello" }),
    ];
    site.live.roomList = [roomInfo({ members: members("Ann") })];
    site.live.statusMore = {
      errors: [{ at: 1, category: "chat", message: "x" }],
    };
    site.store.history.add(10, {
      at: Date.now() - 5000,
      sessions: 1,
      rooms: 1,
      talkers: 0,
      packets: 3,
      voiceFrames: 0,
    });
    const { paths, openapi } = await document(site);
    equal(openapi, "3.1.0");
    deepEqual(Object.keys(paths), ENDPOINTS.map(({ path }) => path));
    for (const [path, { get }] of Object.entries(paths)) {
      const answer = await staff.get(path);
      equal(answer.status, 200, path);
      const schema = get.responses["200"]?.content?.["application/json"].schema;
      ok(schema, path);
      deepEqual(faults(JSON.parse(answer.text), schema, path), []);
      ok(answer.text.length > 2, `${path} has something in it`);
    }
  }, { "web.show_names": true }));

Deno.test("the API's errors match its description", () =>
  withSite(async (site) => {
    const { paths } = await document(site);
    for (const { path, access, query } of ENDPOINTS) {
      const { responses } = paths[path]!.get;
      const stranger = await site.browser().get(path);
      equal(stranger.status, access === "staff" ? 401 : 200, path);
      for (const parameter of query ?? []) {
        const wrong = await site.browser().get(`${path}?${parameter.name}=x`);
        equal(wrong.status, 422);
        ok("422" in responses);
      }
      if (access === "staff") {
        ok("401" in responses && "403" in responses);
        deepEqual(
          faults(
            JSON.parse(stranger.text),
            responses["401"]!.content!["application/json"].schema,
          ),
          [],
        );
      }
    }
    site.configure({ "web.staff_networks": ["192.0.2.0/24"] });
    for (const { path, access } of ENDPOINTS) {
      equal(
        (await site.browser().get(path)).status,
        access === "everybody" ? 200 : 403,
        path,
      );
    }
  }));

Deno.test("the API keeps names to itself unless the host shows them", () =>
  withSite(async (site) => {
    site.live.sessionList = [sessionInfo()];
    const { text } = await site.browser().get("/api/v1/online");
    deepEqual(JSON.parse(text), { online: 1, names: null });
  }));
