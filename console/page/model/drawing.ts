/**
 * Positions of all parts of the pipeline in the drawing, for any width. A lane has three columns:
 * its queues, its function, its endings. So each way is a straight line. On a wide page, Resources
 * and the delivery are on the right of the lanes that feed them; on a narrow page they are below.
 */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface LanePlan {
  readonly lane: string;
  /** Position of its name. */
  readonly title: { readonly x: number; readonly y: number; readonly w: number };
  readonly main: Box;
  readonly isolation: Box;
  readonly run: Box;
  readonly ends: readonly [Box, Box, Box];
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly LanePlan[];
  readonly delivery?: LanePlan;
  /** Absent on a narrow page, where "stored" is an ending of the lane. */
  readonly resources?: Box;
  /** A box for each queue of the kernel, in the same order. */
  readonly kernel: readonly Box[];
  readonly kernelTitle: { readonly x: number; readonly y: number };
}

export interface Parts {
  readonly lanes: readonly string[];
  readonly delivery: boolean;
  readonly kernelQueues: number;
}

const TITLE = 26;
const ROW = 48;
const GAP = 20;
/** Height of a lane without its title: two rows. */
const BODY = 2 * ROW + GAP;
const BLOCK = TITLE + BODY;
const BETWEEN = 26;
const END = { height: 30, gap: 13 };
const KERNEL = { height: 34, gap: 8 };
/** From this width on, two blocks are side by side. */
export const WIDE = 900;

/** Half a pixel, so that lines of one pixel are sharp. */
const sharp = (value: number) => Math.round(value) + 0.5;

export function drawingOf(width: number, parts: Parts): Drawing {
  return width >= WIDE ? wide(width, parts) : narrow(width, parts);
}

function wide(width: number, { lanes, delivery, kernelQueues }: Parts): Drawing {
  const leftWidth = Math.round(width * 0.47);
  const plans = lanes.map((lane, index) => laneAt(lane, 0, index * (BLOCK + BETWEEN), leftWidth));
  const lanesEnd = Math.max(1, lanes.length) * (BLOCK + BETWEEN) - BETWEEN;
  const way = Math.round(width * 0.035);
  const store = { x: sharp(leftWidth + way), w: Math.round(width * 0.085) };
  const resources = { ...store, y: sharp(TITLE), h: lanesEnd - TITLE };
  const right = Math.floor(store.x + store.w + way);
  const rightWidth = width - right - 1;
  const kernelY = delivery ? BLOCK + BETWEEN : 0;
  const columns = Math.max(2, Math.floor(rightWidth / 130));
  const kernel = grid(kernelQueues, columns, { x: right, y: kernelY + TITLE, w: rightWidth });
  return {
    width,
    height: Math.max(lanesEnd, bottomOf(kernel)) + 1,
    lanes: plans,
    ...(delivery && { delivery: laneAt('delivery', right, 0, rightWidth) }),
    resources,
    kernel,
    kernelTitle: { x: right, y: kernelY + TITLE - 9 },
  };
}

function narrow(width: number, { lanes, delivery, kernelQueues }: Parts): Drawing {
  const names = delivery ? [...lanes, 'delivery'] : lanes;
  const plans = names.map((lane, index) => laneAt(lane, 0, index * (BLOCK + BETWEEN), width - 1));
  const kernelY = names.length * (BLOCK + BETWEEN);
  const columns = Math.max(2, Math.floor(width / 130));
  const kernel = grid(kernelQueues, columns, { x: 0, y: kernelY + TITLE, w: width - 1 });
  const [last] = delivery ? plans.slice(-1) : [];
  return {
    width,
    height: Math.max(kernelY, bottomOf(kernel)) + 1,
    lanes: plans.slice(0, lanes.length),
    ...(last && { delivery: last }),
    kernel,
    kernelTitle: { x: 0, y: kernelY + TITLE - 9 },
  };
}

function laneAt(lane: string, x: number, y: number, w: number): LanePlan {
  const column = Math.round(w * 0.27);
  const way = Math.floor((w - 3 * column) / 2);
  const top = y + TITLE;
  const box = (index: number, boxY: number, h: number): Box => ({
    x: sharp(x + index * (column + way)),
    y: sharp(boxY),
    w: column,
    h,
  });
  const end = (index: number) => box(2, top + index * (END.height + END.gap), END.height);
  return {
    lane,
    title: { x, y: y + TITLE - 9, w },
    main: box(0, top, ROW),
    isolation: box(0, top + ROW + GAP, ROW),
    run: box(1, top, BODY),
    ends: [end(0), end(1), end(2)],
  };
}

function grid(count: number, columns: number, { x, y, w }: Omit<Box, 'h'>): Box[] {
  const width = Math.floor((w - (columns - 1) * KERNEL.gap) / columns);
  return Array.from({ length: count }, (_, index) => ({
    x: sharp(x + (index % columns) * (width + KERNEL.gap)),
    y: sharp(y + Math.floor(index / columns) * (KERNEL.height + KERNEL.gap)),
    w: width,
    h: KERNEL.height,
  }));
}

const bottomOf = (boxes: readonly Box[]): number => Math.max(0, ...boxes.map(({ y, h }) => y + h));

export interface Way {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** The ways of a lane: horizontal lines from the edge of one box to the edge of another. */
export function waysOf({ main, isolation, run, ends }: LanePlan) {
  const across = (y: number, fromX: number, toX: number): Way => ({
    from: { x: fromX, y },
    to: { x: toX, y },
  });
  const middle = ({ y, h }: Box) => y + Math.round(h / 2);
  const runRight = run.x + run.w;
  const side = middle(isolation);
  const toEnd = (end: Box) => across(middle(end), runRight, end.x);
  return {
    taken: across(middle(main), main.x + main.w, run.x),
    alone: across(side - 9, isolation.x + isolation.w, run.x),
    isolated: across(side + 9, run.x, isolation.x + isolation.w),
    ends: [toEnd(ends[0]), toEnd(ends[1]), toEnd(ends[2])] as const,
  };
}

/**
 * Seconds in which a dot moves by one gap. A rate that is a thousand times higher is five times as
 * fast.
 */
export function beat(perSecond: number): number | undefined {
  if (perSecond <= 0) return undefined;
  const speed = Math.min(3, Math.max(0, Math.log10(perSecond) + 1)) / 3;
  return Math.round((1.5 - 1.2 * speed) * 100) / 100;
}

/** Width of a way, by its rate. */
export function breadth(perSecond: number): number {
  if (perSecond <= 0) return 1;
  return Math.min(5, 1.5 + Math.log10(1 + perSecond));
}

/** How full a queue looks, 0 to 1. A hundred thousand messages are 1. */
export function fullness(waiting: number): number {
  return Math.min(1, Math.log10(1 + waiting) / 5);
}
