/** Text that is already markup; all other text is escaped where it is inserted. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Markup[];

/** `markup\`<b>${name}</b>\``: inserted values are escaped, except markup itself. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const inner = parts.map((part, index) => `${textOf(part)}${strings[index + 1] ?? ''}`);
  return new Markup((strings[0] ?? '') + inner.join(''));
}

/** For our own text only, which is trusted. */
export const believed = (text: string) => new Markup(text);

export type { Markup };

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(({ text }: Markup) => text).join('');
  return String(part).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
