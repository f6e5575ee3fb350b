/**
 * A picture of a page has few colours, and a PNG with a palette has a third of the size. Colours whose
 * difference the eye cannot see are merged.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS_MAX = 256;

/** @param png as Chromium writes them: 8 bits a channel, RGB or RGBA, not interlaced */
export function smallPng(png: Buffer): Buffer {
  const { width, height, channels, pixels } = decode(png);
  for (let step = 4; ; step += 4) {
    const indexed = index(pixels, channels, step);
    if (indexed !== undefined) return encode(width, height, indexed);
  }
}

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Buffer;
}

function decode(png: Buffer): Decoded {
  const data: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = png[25] === 6 ? 4 : 3;
  const pixels = unfiltered(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  return { width, height, channels, pixels };
}

/**
 * Each row starts with its filter, the pixel that was subtracted: left, above, their mean, or the nearest
 * (Paeth).
 */
function unfiltered(raw: Buffer, rowBytes: number, height: number, channels: number): Buffer {
  const out = Buffer.alloc(rowBytes * height);
  for (let row = 0; row < height; row += 1) {
    const filter = raw[row * (rowBytes + 1)];
    for (let column = 0; column < rowBytes; column += 1) {
      const at = row * rowBytes + column;
      const left = column < channels ? 0 : (out[at - channels] ?? 0);
      const above = row === 0 ? 0 : (out[at - rowBytes] ?? 0);
      const both = row === 0 || column < channels ? 0 : (out[at - rowBytes - channels] ?? 0);
      const less =
        [0, left, above, (left + above) >> 1, paeth(left, above, both)][filter ?? 0] ?? 0;
      out[at] = ((raw[row * (rowBytes + 1) + 1 + column] ?? 0) + less) & 0xff;
    }
  }
  return out;
}

function paeth(left: number, above: number, both: number): number {
  const [a, b, c] = [left, above, both].map((each) => Math.abs(left + above - both - each));
  if ((a ?? 0) <= (b ?? 0) && (a ?? 0) <= (c ?? 0)) return left;
  return (b ?? 0) <= (c ?? 0) ? above : both;
}

interface Indexed {
  readonly palette: readonly number[];
  readonly indexes: Buffer;
}

/** Undefined if there are too many colours after each is rounded to the step. */
function index(pixels: Buffer, channels: number, step: number): Indexed | undefined {
  const known = new Map<number, number>();
  const palette: number[] = [];
  const indexes = Buffer.alloc(pixels.length / channels);
  const rounded = (at: number) => Math.min(255, Math.round((pixels[at] ?? 0) / step) * step);
  for (let pixel = 0; pixel < indexes.length; pixel += 1) {
    const at = pixel * channels;
    const colour = (rounded(at) << 16) | (rounded(at + 1) << 8) | rounded(at + 2);
    let place = known.get(colour);
    if (place === undefined) {
      place = palette.length;
      if (place === COLOURS_MAX) return undefined;
      known.set(colour, place);
      // The first colour of a group represents it.
      const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
      palette.push((red << 16) | (green << 8) | blue);
    }
    indexes[pixel] = place;
  }
  return { palette, indexes };
}

function encode(width: number, height: number, { palette, indexes }: Indexed): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = palette.flatMap((each) => [each >> 16, (each >> 8) & 0xff, each & 0xff]);
  const rows = Array.from({ length: height }, (_, row) => [
    Buffer.from([0]),
    indexes.subarray(row * width, (row + 1) * width),
  ]).flat();
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(colours)),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
