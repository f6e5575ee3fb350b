/** Text that is markup already; all else is escaped where it is put into some. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Markup[];

/** `markup\`<b>${name}</b>\``: what is put in is escaped, but for markup itself. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const inner = parts.map((part, index) => `${textOf(part)}${strings[index + 1] ?? ''}`);
  return new Markup((strings[0] ?? '') + inner.join(''));
}

/** Of our own only: what is in it is believed. */
export const believed = (text: string) => new Markup(text);

export type { Markup };

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(({ text }: Markup) => text).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
