/** Parses `text/event-stream` from pieces of any size. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** @returns a function that takes a piece and returns the events that are complete */
export function eventReader(): (piece: string) => StreamEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = `${rest}${piece}`.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap(eventOf);
  };
}

/** No event for a comment, which only keeps the stream open. */
function eventOf(block: string): StreamEvent[] {
  let name = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  return data.length === 0 ? [] : [{ name, data: data.join('\n') }];
}
