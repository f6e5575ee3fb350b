import { headline } from '../model/attention.ts';
import { concerns, isOld, snapshot } from '../state.ts';
import { Loading } from './shown.tsx';

/** The top of the page: whether anything needs a person, and what. */
export function Concerns() {
  if (snapshot.value === undefined) return <Loading name="the stage" />;
  const all = concerns.value;
  const toAct = all.filter(({ level }) => level === 'act').length;
  const said = isOld.value ? `When last seen: ${headline(all).toLowerCase()}` : headline(all);
  return (
    <div class="concerns">
      <h1 class={toAct > 0 ? 'attention' : ''}>{said}</h1>
      {all.length > 0 && (
        <ul>
          {all.map(({ id, level, what, why, href }) => (
            <li key={id} class={level}>
              <a href={href}>{what}</a> <span class="quiet text">{why}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
