import { filteredBy } from '../model/address.ts';
import type { FilterField } from '../model/entry-filter.ts';
import { address } from '../state.ts';

type Filter = Readonly<Record<string, string>>;

const KINDS = ['rejection', 'dead-letter', 'undelivered'];
const LANES = ['critical', 'background'];

/** The filter is in the address, so that a link shows the same entries. */
export function Filters({ filter }: { readonly filter: Filter }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form with this role is found as a search
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <Text field="text" label="Reason has" filter={filter} id="search" />
      <Choice field="kind" label="Kind" options={KINDS} filter={filter} />
      <Choice field="lane" label="Lane" options={LANES} filter={filter} />
      <Text field="source" label="Source" filter={filter} />
      <Text field="fingerprint" label="Fingerprint" filter={filter} />
      {Object.keys(filter).length > 0 && (
        <a class="clear" href="#/quarantine">
          Clear
        </a>
      )}
    </form>
  );
}

function set(field: FilterField, value: string): void {
  location.hash = filteredBy(address.value, field, value.trim());
}

interface FieldProps {
  readonly field: FilterField;
  readonly label: string;
  readonly filter: Filter;
  readonly id?: string;
}

/** Applied on Enter or when the field loses focus, because each change is a request. */
function Text({ field, label, filter, id = `filter-${field}` }: FieldProps) {
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        value={filter[field] ?? ''}
        onChange={({ currentTarget }) => set(field, currentTarget.value)}
      />
    </div>
  );
}

function Choice({
  field,
  label,
  filter,
  options,
}: FieldProps & { readonly options: readonly string[] }) {
  const id = `filter-${field}`;
  return (
    <div>
      <label for={id}>{label}</label>
      <select
        id={id}
        value={filter[field] ?? ''}
        onChange={({ currentTarget }) => set(field, currentTarget.value)}
      >
        <option value="">all</option>
        {options.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}
