import { useState } from 'preact/hooks';
import type { LogLines } from '../../contract/lives.ts';
import { ROUTES } from '../../contract/routes.ts';
import { Answered, useAnswer } from './answer.tsx';
import { Time } from './time.tsx';

/** Log lines of one invocation, shown where they are asked for. */
export function LogLink({ requestId }: { readonly requestId: string }) {
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
      {isOpen && <Lines requestId={requestId} />}
    </>
  );
}

function Lines({ requestId }: { readonly requestId: string }) {
  const asked = useAnswer<LogLines>(ROUTES.logs, { request: requestId });
  return (
    <Answered asked={asked} name="the log">
      {({ lines, more, href }) => (
        <div class="log">
          {lines.length === 0 && <p class="quiet">No line of request {requestId} is kept.</p>}
          <ol>
            {lines.map(({ at, function: name, text }, index) => (
              <li key={index}>
                {at !== undefined && <Time at={at} />} <span class="quiet">{name}</span>{' '}
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
