import { describe, expect, test } from 'vitest';
import {
  type Box,
  beat,
  breadth,
  type Drawing,
  drawingOf,
  fullness,
  WIDE,
  waysOf,
} from '../../../../console/page/model/drawing.ts';

const LANES = ['critical', 'background'];
const boxesOf = ({ lanes, delivery, resources, kernel }: Drawing): Box[] => [
  ...[...lanes, ...(delivery ? [delivery] : [])].flatMap(({ main, isolation, run, ends }) => [
    main,
    isolation,
    run,
    ...ends,
  ]),
  ...(resources ? [resources] : []),
  ...kernel,
];
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('the drawing', () => {
  const widths = [320, 360, 700, WIDE - 1, WIDE, 1_100, 1_392];

  test.each(widths)('fits into %d pixels, and no two boxes overlap', (width) => {
    for (const delivery of [true, false]) {
      const drawing = drawingOf(width, { lanes: LANES, delivery, kernelQueues: 6 });
      const boxes = boxesOf(drawing);
      expect(boxes.length).toBeGreaterThan(17);
      for (const [index, box] of boxes.entries()) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.w).toBeLessThanOrEqual(width);
        expect(box.y + box.h).toBeLessThanOrEqual(drawing.height);
        expect(boxes.slice(index + 1).filter((other) => overlap(box, other))).toEqual([]);
      }
    }
  });

  test('has the delivery below the lanes if it is narrow, and beside them if it is wide', () => {
    const parts = { lanes: LANES, delivery: true, kernelQueues: 6 };
    const narrow = drawingOf(360, parts);
    expect(narrow.resources).toBeUndefined();
    expect(narrow.delivery?.main.x).toBe(narrow.lanes[0]?.main.x);
    const wide = drawingOf(1_200, parts);
    expect(wide.delivery?.main.y).toBe(wide.lanes[0]?.main.y);
    expect(wide.delivery?.main.x).toBeGreaterThan(wide.resources?.x ?? 1_200);
  });

  test('every arrow is level and goes from the edge of one box to the edge of another', () => {
    const [lane] = drawingOf(1_200, { lanes: LANES, delivery: false, kernelQueues: 0 }).lanes;
    if (lane === undefined) throw new Error('no lane');
    const { taken, alone, isolated, ends } = waysOf(lane);
    for (const { from, to } of [taken, alone, isolated, ...ends]) expect(from.y).toBe(to.y);
    expect(taken).toMatchObject({ from: { x: lane.main.x + lane.main.w }, to: { x: lane.run.x } });
    expect(isolated.to.x).toBe(lane.isolation.x + lane.isolation.w);
    expect(ends[2].to.x).toBe(lane.ends[2].x);
  });

  test('a larger flow is faster and broader, within bounds', () => {
    expect([beat(0), beat(0.01), beat(1), beat(1e6)]).toEqual([undefined, 1.5, 1.1, 0.3]);
    expect(breadth(0)).toBe(1);
    expect(breadth(1e9)).toBe(5);
    expect([fullness(0), fullness(99_999), fullness(1e9)]).toEqual([0, 1, 1]);
  });
});
