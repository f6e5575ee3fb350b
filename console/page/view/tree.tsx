import type { NodeView } from '../../contract/supervision.ts';
import { span } from '../model/times.ts';
import { type TreeRow, treeRows } from '../model/tree-rows.ts';
import { now } from '../state.ts';

/** The supervision tree, with restarts and how many are allowed. */
export function Tree({ nodes }: { readonly nodes: readonly NodeView[] }) {
  const rows = treeRows(nodes, now.value);
  if (rows.length === 0) return <p class="quiet">Nothing is supervised yet.</p>;
  return (
    <table class="tree">
      <thead class="only-read">
        <tr>
          <th scope="col">Component</th>
          <th scope="col">Strategy, or restart</th>
          <th scope="col">Restarts, of those allowed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.node.name} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row: { node, restarts, state } }: { readonly row: TreeRow }) {
  const { name, depth, kind, strategy, restart, intensity, periodMs, lane } = node;
  return (
    <tr class={`${kind} ${state}`}>
      <th scope="row" style={{ paddingLeft: `${depth * 16}px` }}>
        {depth > 0 && <span class="branch" aria-hidden="true" />}
        {name}
        {lane !== undefined && lane !== name && <span class="quiet"> {lane}</span>}
      </th>
      <td class="quiet">{strategy ?? restart}</td>
      <td class={`number ${state === 'calm' ? 'quiet' : 'attention'}`}>
        {restarts} / {intensity} in {span(periodMs)}
        {state === 'gave-up' && <strong> gave up</strong>}
      </td>
    </tr>
  );
}
