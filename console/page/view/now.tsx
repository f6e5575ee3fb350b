/** The overview. */
import { snapshot } from '../state.ts';
import { LastRecorded } from './audit.tsx';
import { Breakers } from './breakers.tsx';
import { Concerns } from './concerns.tsx';
import { CrashWindows } from './crash-windows.tsx';
import { Lanes } from './lanes.tsx';
import { Pipeline } from './pipeline.tsx';
import { Runs } from './runs.tsx';
import { Section } from './section.tsx';
import { Shown } from './shown.tsx';
import { Throughput } from './throughput.tsx';
import { Tree } from './tree.tsx';

export function Now() {
  const shown = snapshot.value;
  return (
    <div class="now">
      <Concerns />
      <Runs kinds={['redrive', 'discard', 'flood']} />
      <Section id="pipeline" title="Pipeline" class="whole">
        <Shown figure={shown?.queues} name="the queues">
          {() => <Pipeline />}
        </Shown>
        <Throughput />
      </Section>
      <Section id="crashes" title="Crashes towards an incident">
        <Shown figure={shown?.incidents} name="the incidents">
          {(incidents) => <CrashWindows incidents={incidents} />}
        </Shown>
        <h2 class="below">Breakers</h2>
        <Shown figure={shown?.breakers} name="the breakers">
          {(breakers) => <Breakers breakers={breakers} />}
        </Shown>
      </Section>
      <Section id="lanes" title="Lanes">
        <Shown figure={shown?.lanes} name="the lanes">
          {(lanes) => <Lanes lanes={lanes} />}
        </Shown>
        <h2 class="below">Last recorded</h2>
        <Shown figure={shown?.audit} name="the audit log">
          {(tail) => <LastRecorded tail={tail} />}
        </Shown>
      </Section>
      <Section id="tree" title="Supervision">
        <Shown figure={shown?.tree} name="the supervision tree">
          {(nodes) => <Tree nodes={nodes} />}
        </Shown>
      </Section>
    </div>
  );
}
