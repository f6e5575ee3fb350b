import { useState } from 'preact/hooks';
import type { LogLines } from '../../contract/message-lives.ts';
import { ROUTES } from '../../contract/routes.ts';
import { Answered, useAnswer } from './answer.tsx';
import { Time } from './time.tsx';

interface Invocation {
  readonly requestId: string;
  readonly lane: string;
  /** Start of the invocation. */
  readonly at: number;
}

/** A link that shows the log lines of one invocation in place. */
export function LogLink(invocation: Invocation) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="plain link"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'hide its log' : 'its log'}
      </button>
      {isOpen && <Lines {...invocation} />}
    </>
  );
}

function Lines({ requestId, lane, at }: Invocation) {
  const asked = useAnswer<LogLines>(ROUTES.logs, { request: requestId, lane, at: String(at) });
  return (
    <Answered asked={asked} name="the log">
      {({ lines, more, href }) => (
        <div class="log">
          {lines.length === 0 && <p class="quiet">No line of request {requestId} is kept.</p>}
          <ol>
            {lines.map(({ at: time, function: name, text }, index) => (
              <li key={index}>
                {time !== undefined && <Time at={time} />} <span class="quiet">{name}</span>{' '}
                <code class="text">{text}</code>
              </li>
            ))}
          </ol>
          {more && <p class="quiet">There are more.</p>}
          {href !== undefined && (
            <a href={href} target="_blank" rel="noreferrer noopener">
              In CloudWatch
            </a>
          )}
        </div>
      )}
    </Answered>
  );
}
