/**
 * Builds the OpenAPI document of the JSON API from its table of endpoints.
 *
 * @module
 */
import { VERSION } from "../version.ts";
import { object, type Schema, text } from "./json_schema.ts";

export interface Parameter {
  readonly name: string;
  readonly about: string;
  readonly schema: Schema;
}

/** An endpoint as the document describes it. */
export interface DescribedEndpoint {
  readonly path: string;
  readonly summary: string;
  /** near: from the host's networks; staff: from there, and signed in. */
  readonly access: "everybody" | "near" | "staff";
  readonly query?: readonly Parameter[];
  readonly answer: Schema;
}

const ERROR = object({ error: text });

function failed(description: string) {
  return {
    description,
    content: { "application/json": { schema: ERROR } },
  };
}

export function openapi(endpoints: readonly DescribedEndpoint[]) {
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
