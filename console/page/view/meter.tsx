interface Props {
  readonly have: number;
  readonly of: number;
  readonly text: string;
}

/** A meter: cells if they can be counted, otherwise a bar. */
export function Meter({ have, of, text }: Props) {
  const isFull = have >= of;
  const isCounted = Number.isInteger(of) && of > 0 && of <= 12;
  return (
    <p class={`meter ${isFull ? 'attention' : 'quiet'}`}>
      <span class="gauge" aria-hidden="true">
        {isCounted ? (
          Array.from({ length: of }, (_, index) => (
            <i key={index} class={index < have ? 'on' : ''} />
          ))
        ) : (
          <b style={{ width: `${Math.min(100, of === 0 ? 0 : (100 * have) / of)}%` }} />
        )}
      </span>
      <span>{text}</span>
    </p>
  );
}
