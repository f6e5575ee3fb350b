import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventReader } from '../../../../console/page/model/event-lines.ts';

const STREAM =
  ': stay\n\nevent: hello\ndata: {"now":1}\n\nevent: runs\ndata: []\n\ndata: a\ndata: b\n\n';
const EVENTS = [
  { name: 'hello', data: '{"now":1}' },
  { name: 'runs', data: '[]' },
  { name: 'message', data: 'a\nb' },
];

test('events are read whole, wherever the stream is split', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
      const read = eventReader();
      const places = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length];
      const events = places
        .slice(1)
        .flatMap((end, index) => read(STREAM.slice(places[index], end)));
      expect(events).toEqual(EVENTS);
    }),
  );
});
