import type { QuarantineGroups } from '../../contract/quarantine.ts';
import { ROUTES } from '../../contract/routes.ts';
import { entryFilter, hasFilter } from '../model/entry-filter.ts';
import { howMany } from '../model/numbers.ts';
import { address, runsEnded } from '../state.ts';
import { Answered, useAnswer } from './answer.tsx';
import { BulkActs } from './bulk.tsx';
import { Entries } from './entries.tsx';
import { Entry } from './entry.tsx';
import { Filters } from './filters.tsx';
import { Groups } from './groups.tsx';
import { Runs } from './runs.tsx';
import { Section } from './section.tsx';

export function Quarantine() {
  const { id } = address.value;
  return id === undefined ? <Overview /> : <Entry key={id} id={id} />;
}

function Overview() {
  const { filter } = address.value;
  const groups = useAnswer<QuarantineGroups>(
    ROUTES.groups,
    { ...entryFilter(filter) },
    runsEnded.value,
  );
  return (
    <>
      <div class="heading">
        <h1>Quarantine</h1>
        <p class="quiet">what was rejected or crashed, with the evidence</p>
        <div class="buttons">
          <button type="button" onClick={groups.again}>
            Look again
          </button>
        </div>
      </div>
      <Filters filter={filter} />
      <Runs kinds={['redrive', 'discard']} />
      <Answered asked={groups} name="the quarantine">
        {(found) => (
          <>
            <Section
              id="groups"
              title={title(found)}
              aside={<BulkActs filter={filter} total={found.total} />}
            >
              <Groups found={found} filter={filter} />
            </Section>
            {hasFilter(filter) && <Entries filter={filter} />}
          </>
        )}
      </Answered>
    </>
  );
}

function title({ total, groups }: QuarantineGroups): string {
  if (total === 0) return 'Nothing quarantined';
  return `${howMany(total, 'entry', 'entries')}, for ${howMany(groups.length, 'reason')}`;
}
