/**
 * `npm run picture`: draws the output of a run as a picture for the README. It draws only what it reads.
 */
import { text } from 'node:stream/consumers';

const LINE_PX = 17;
const CHARACTER_PX = 7.8;
const MARGIN_PX = 20;
const PROGRESS_LINES_MAX = 6;

const COLOURS: readonly (readonly [RegExp, string])[] = [
  [/^ {2}▶/, '#ffb86c'],
  [/^\[/, '#8be9fd'],
  [/accounted for/, '#50fa7b'],
];

/** Some of the progress lines, evenly spread, including the last; all other lines. */
function chosen(lines: readonly string[]): string[] {
  const progress = lines.filter((line) => line.startsWith('['));
  const step = Math.max(1, Math.ceil(progress.length / PROGRESS_LINES_MAX));
  const kept = new Set(progress.filter((_, n) => (progress.length - 1 - n) % step === 0));
  return lines.filter((line) => !line.startsWith('[') || kept.has(line));
}

/** Non-breaking spaces: browsers collapse others, whatever xml:space says. */
function escaped(line: string): string {
  const text = line.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return text.replace(/ /g, '\u00a0');
}

function draw(lines: readonly string[]): string {
  const longest = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(2 * MARGIN_PX + longest * CHARACTER_PX);
  const height = 2 * MARGIN_PX + lines.length * LINE_PX;
  const rows = lines.map((line, n) => {
    const colour = COLOURS.find(([pattern]) => pattern.test(line))?.[1] ?? '#f8f8f2';
    const y = MARGIN_PX + (n + 0.75) * LINE_PX;
    return `<text x="${MARGIN_PX}" y="${y}" fill="${colour}">${escaped(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="13">
<title>A run of npm start</title>
<rect width="${width}" height="${height}" rx="8" fill="#282a36"/>
${rows.join('\n')}
</svg>
`;
}

const printed = (await text(process.stdin)).trimEnd().split('\n');
process.stdout.write(draw(['$ npm start -- --once', ...chosen(printed)]));
