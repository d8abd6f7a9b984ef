/**
 * Takes a CPU profile of the running server with the inspector, as the self
 * time of each function.
 *
 * @module
 */

export interface Line {
  /**
   * Function and location, or V8's name for something that is not a function.
   */
  readonly what: string;
  /** Share of the time in which the server was not idle. */
  readonly part: number;
}

interface Node {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
}

interface Profile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const SAMPLE_US = 200;

/** Profiles the server whose inspector listens at `port` during `work`. */
export async function profile(
  port: number,
  work: () => Promise<unknown>,
): Promise<Line[]> {
  const call = await connect(port);
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await call("Profiler.start");
  await work();
  const { profile } = await call("Profiler.stop") as { profile: Profile };
  await call("close");
  return linesOf(profile);
}

type Call = (
  method: string,
  params?: Record<string, unknown>,
) => Promise<unknown>;

async function connect(port: number): Promise<Call> {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const socket = new WebSocket(targets[0].webSocketDebuggerUrl);
  const answers = new Map<number, (result: unknown) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(data);
    answers.get(id)?.(result);
  };
  await new Promise((opened) => socket.onopen = opened);
  let last = 0;
  return (method, params = {}) => {
    if (method === "close") {
      const closed = new Promise((done) => socket.onclose = done);
      socket.close();
      return closed;
    }
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => answers.set(id, resolve));
  };
}

/** Returns the lines, most expensive first. */
function linesOf({ nodes, samples, timeDeltas }: Profile): Line[] {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const times = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const what = names.get(id)!;
    if (what === "(idle)") continue;
    const time = timeDeltas[i]!;
    busy += time;
    times.set(what, (times.get(what) ?? 0) + time);
  }
  return [...times].map(([what, time]) => ({ what, part: time / busy }))
    .sort((a, b) => b.part - a.part);
}

function nameOf({ callFrame }: Node): string {
  const { functionName, url, lineNumber } = callFrame;
  const file = url.split("/").slice(-2).join("/");
  const name = functionName || "(anonymous)";
  return file === "" ? name : `${name} ${file}:${lineNumber + 1}`;
}
