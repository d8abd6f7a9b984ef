export * from "../net/networks.ts";
