/** A client of Server-Sent Events, for tests. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

export interface EventClient {
  readonly response: Response;
  /** The next event, comments passed over; undefined at the end. */
  next(): Promise<ServerEvent | undefined>;
  /** All events to the end. */
  rest(): Promise<ServerEvent[]>;
  /** Goes away. */
  close(): void;
}

/** Connects, and reads as it is asked to. */
export async function openEvents(
  url: string,
  headers: Record<string, string> = {},
): Promise<EventClient> {
  const leave = new AbortController();
  const response = await fetch(url, { headers, signal: leave.signal });
  const events = parse(response);
  const next = async (): Promise<ServerEvent | undefined> => {
    const { value, done } = await events.next();
    return done ? undefined : value;
  };
  const rest = async (): Promise<ServerEvent[]> => {
    const all: ServerEvent[] = [];
    for (let event = await next(); event; event = await next()) all.push(event);
    return all;
  };
  return { response, next, rest, close: () => leave.abort() };
}

async function* parse(response: Response): AsyncGenerator<ServerEvent, void> {
  let text = '';
  for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
    const frames = (text + bytes).split('\n\n');
    text = frames.pop()!;
    for (const frame of frames) {
      const values = (name: string): string[] =>
        frame
          .split('\n')
          .flatMap((line) => (line.startsWith(`${name}: `) ? line.slice(name.length + 2) : []));
      const [event] = values('event');
      if (event !== undefined)
        yield { id: values('id')[0], event, data: values('data').join('\n') };
    }
  }
}
