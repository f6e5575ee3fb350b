import type { ComponentChildren } from 'preact';

interface Props {
  readonly id: string;
  readonly title: string;
  /** Next to the title. */
  readonly aside?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A part of a view. Its heading is its name for screen readers. */
export function Section({ id, title, aside, class: name = '', children }: Props) {
  return (
    <section class={`section ${name}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** The command line that does the same. */
export function CommandLine({ text }: { readonly text: string }) {
  return (
    <p class="command">
      <span class="only-read">On the command line: </span>
      <code class="text">{text}</code>
    </p>
  );
}
