/**
 * The guided tour, above the views that it explains. The viewer starts it and can leave it at any
 * step.
 */
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Lives } from '../../contract/message-lives.ts';
import { ROUTES } from '../../contract/routes.ts';
import { provoke } from '../client/provoke.ts';
import { get } from '../client/requests.ts';
import { type TourStep, tourSteps } from '../model/tour.ts';
import { now, snapshot } from '../state.ts';
import { say } from './notices.tsx';

export const tourIsOpen = signal(false);

export function Tour() {
  const shown = snapshot.value;
  const [index, setIndex] = useState(0);
  if (!tourIsOpen.value || shown === undefined) return null;
  const steps = tourSteps(shown);
  const step = steps[index];
  if (step === undefined) return <Over again={() => setIndex(0)} />;
  const isLast = index === steps.length - 1;
  const next = () => setIndex(index + 1);
  return (
    <section class="tour" aria-labelledby="tour-title">
      <p class="quiet">
        Kill it, watch it heal: {index + 1} of {steps.length}
      </p>
      <Step key={step.id} step={step} isLast={isLast} next={next} />
    </section>
  );
}

const close = () => {
  tourIsOpen.value = false;
};

interface StepProps {
  readonly step: TourStep;
  readonly isLast: boolean;
  readonly next: () => void;
}

function Step({ step, isLast, next }: StepProps) {
  const [begun, setBegun] = useState(step.acts.length === 0);
  const [sent, setSent] = useState<string>();
  const isStored = useStored(sent);
  const [isDone, setDone] = useState(false);
  const shown = snapshot.value;
  useEffect(() => {
    // Figures from before the step began do not count.
    if (begun && shown !== undefined && step.isDone({ snapshot: shown, isStored })) setDone(true);
  }, [begun, shown, isStored, step]);
  const begin = async () => {
    setBegun(true);
    for (const act of step.acts) {
      const answer = await provoke(act);
      if ('failure' in answer) return say(answer.failure.message);
      if (answer.ok.messageId !== undefined) setSent(answer.ok.messageId);
    }
  };
  return (
    <>
      <h2 id="tour-title">{step.title}</h2>
      <p class="text">{step.text}</p>
      <p role="status" class={isDone ? 'seen' : 'quiet'}>
        {isDone ? step.seen : begun ? step.waiting : ''}
      </p>
      <div class="buttons">
        {step.button !== undefined && !begun && (
          <button type="button" class="main" onClick={begin}>
            {step.button}
          </button>
        )}
        {isDone && (
          <button type="button" class="main" onClick={isLast ? close : next}>
            {isLast ? 'End' : 'Go on'}
          </button>
        )}
        <button type="button" class="plain" onClick={close}>
          Leave the tour
        </button>
      </div>
    </>
  );
}

/** Whether a message has been stored. Asks at each tick until it is. */
function useStored(messageId: string | undefined): boolean {
  const [isStored, setStored] = useState(false);
  const tick = now.value;
  useEffect(() => {
    if (messageId === undefined || isStored) return;
    void get<Lives>(ROUTES.lives, { id: messageId }).then((answer) => {
      if ('ok' in answer) setStored(answer.ok.lives.some(({ ending }) => ending === 'stored'));
    });
  }, [messageId, isStored, tick]);
  return isStored;
}

function Over({ again }: { readonly again: () => void }) {
  return (
    <section class="tour">
      <p>That was the tour.</p>
      <div class="buttons">
        <button type="button" onClick={again}>
          Again
        </button>
        <button type="button" class="plain" onClick={close}>
          Close
        </button>
      </div>
    </section>
  );
}
