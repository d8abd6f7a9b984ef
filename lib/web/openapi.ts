/**
 * The OpenAPI document of the JSON API, made from its table of endpoints.
 *
 * @module
 */
import { VERSION } from "../version.ts";
import type { Endpoint } from "./api.ts";

/** The part of JSON Schema (2020-12, as in OpenAPI 3.1) that is used here. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
}

export const text: Schema = { type: "string" };
export const integer: Schema = { type: "integer" };
export const number: Schema = { type: "number" };
export const truth: Schema = { type: "boolean" };

export function arrayOf(items: Schema): Schema {
  return { type: "array", items };
}

export function nullable(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

/** All properties are there, and no others. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const ERROR = object({ error: text });

function failed(description: string) {
  return {
    description,
    content: { "application/json": { schema: ERROR } },
  };
}

export function openapi(endpoints: readonly Endpoint[]) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Retropal",
      version: VERSION,
      description:
        "The state of a server for the Paltalk 5.0 client. Times are milliseconds since 1970.",
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(endpoints.map((one) => [one.path, {
      get: {
        summary: one.summary,
        ...(one.access === "staff" && { security: [{ session: [] }] }),
        parameters: (one.query ?? []).map(({ name, about, schema }) => ({
          name,
          in: "query",
          required: false,
          description: about,
          schema,
        })),
        responses: {
          200: {
            description: one.summary,
            content: { "application/json": { schema: one.answer } },
          },
          ...(one.access !== "everybody" && {
            403: failed("Not from here, or not by this account"),
          }),
          ...(one.access === "staff" && { 401: failed("Not signed in") }),
          ...(one.query && { 422: failed("A parameter cannot be") }),
          429: { description: "Too many requests" },
        },
      },
    }])),
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "retropal_session" },
      },
    },
  };
}
