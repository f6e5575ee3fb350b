import { useEffect, useRef } from 'preact/hooks';
import type { View } from '../model/address.ts';
import { address, hello } from '../state.ts';
import { AskDialog } from './ask.tsx';
import { Audit } from './audit.tsx';
import { Faults } from './faults.tsx';
import { Header } from './header.tsx';
import { Incidents } from './incidents.tsx';
import { Message } from './message.tsx';
import { Notices } from './notices.tsx';
import { Now } from './now.tsx';
import { Quarantine } from './quarantine.tsx';
import { Reachable } from './reachable.tsx';
import { Tour } from './tour.tsx';

const VIEWS: Readonly<Record<View, () => preact.JSX.Element>> = {
  now: Now,
  incidents: Incidents,
  quarantine: Quarantine,
  message: Message,
  audit: Audit,
  faults: Faults,
};

const TITLES: Readonly<Record<View, string>> = {
  now: 'Now',
  incidents: 'Incidents',
  quarantine: 'Quarantine',
  message: 'Message',
  audit: 'Audit log',
  faults: 'Box of faults',
};

export function Shell() {
  const { view, id } = address.value;
  const Shown = VIEWS[view];
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = [id, TITLES[view], hello.value?.stage].filter(Boolean).join(' · ');
  }, [view, id, hello.value]);
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [view, id]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <Header views={TITLES} />
      <main id="main" tabIndex={-1} ref={main} class={`view-${view}`}>
        <Reachable>
          <Tour />
          <Shown />
        </Reachable>
      </main>
      <Notices />
      <AskDialog />
    </>
  );
}
