/**
 * The switches of the plugins, as this environment knows them: each is a breaker that all environments
 * share (core/supervision/plugin-switch.ts).
 */

import type { Breakers } from '../../../breaker/breakers.ts';
import type { Admitted } from '../../../breaker/circuit.ts';
import type { BreakerPolicy } from '../../../core/breaker/breaker-policy.ts';
import type { Verdict } from '../../../core/message/verdict.ts';
import {
  pluginCrashesOf,
  switchOf,
  switchOutcome,
  switchPolicy,
} from '../../../core/supervision/plugin-switch.ts';
import { placesIn, SUPERVISION_TREE } from '../../../core/supervision/supervision-tree.ts';
import type { IsolatedValidator, VerdictOrNone } from '../isolated-validator.ts';
import type { Plugin } from './plugin.ts';

type SwitchedPlugin = Pick<Plugin, 'name' | 'resourceTypes' | 'required'>;
/** A text, and the message and time of its submission (epoch ms). */
export interface Switched {
  readonly text: string;
  readonly submittedAt: number;
  readonly messageId: string;
  readonly source?: string | undefined;
}
/** Undefined if it is switched off for this text. */
type Permission = Admitted | undefined;

/** Each switch's policy: the restart intensity of the supervisor above the plugin host. */
export function switchPolicies(
  plugins: readonly SwitchedPlugin[],
): readonly (readonly [service: string, BreakerPolicy])[] {
  const host = placesIn(SUPERVISION_TREE).find(({ node }) => node.name === 'plugin-host');
  const [supervisor] = host?.above ?? [];
  if (supervisor === undefined) throw new TypeError('the plugin host has no supervisor');
  const policy = switchPolicy(supervisor);
  return plugins.map(({ name }) => [switchOf(name), policy]);
}

export class PluginSwitches {
  readonly #plugins: readonly SwitchedPlugin[];
  readonly #breakers: Breakers;
  readonly #timeoutMs: number;

  /** `timeoutMs` is the longest that the validation of one text may take. */
  constructor(plugins: readonly SwitchedPlugin[], breakers: Breakers, timeoutMs: number) {
    this.#plugins = plugins;
    this.#breakers = breakers;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Validates a text with the plugins that are on, and reports the results to the switches. While a
   * plugin is off, its crash does not count as the resource's; the resource waits instead (R09). Never
   * rejects.
   */
  async validate(
    place: Pick<IsolatedValidator, 'validate'>,
    { text, submittedAt, messageId, source }: Switched,
  ): Promise<VerdictOrNone> {
    const plugins = this.#plugins;
    const permissions = await Promise.all(plugins.map((plugin) => this.#permit(plugin, text)));
    const off = () => this.#positionsOff(permissions);
    const found = await place.validate(text, submittedAt, off, { source });
    const verdict = found.kind === 'no-verdict' ? undefined : found;
    await Promise.all(
      plugins.map((plugin, position) =>
        this.#report(plugin, permissions[position], verdict, messageId),
      ),
    );
    return verdict === undefined ? found : this.#excused(verdict);
  }

  /** A text that is probably not of the plugin's types is not used as a probe. */
  async #permit({ name, resourceTypes }: SwitchedPlugin, text: string): Promise<Permission> {
    const concerned =
      resourceTypes.length === 0 || resourceTypes.some((type) => text.includes(type));
    if (this.#isOff(name) && !concerned) return undefined;
    const answer = await this.#breakers.of(switchOf(name)).ask(this.#timeoutMs);
    return answer.kind === 'admitted' ? answer : undefined;
  }

  /** Off from the start or meanwhile, while the text waited. */
  #positionsOff(permissions: readonly Permission[]): number[] {
    return this.#plugins.flatMap(({ name }, position) => {
      const permission = permissions[position];
      const isOn = permission !== undefined && (isProbe(permission) || !this.#isOff(name));
      return isOn ? [] : [position];
    });
  }

  /** The healthy path reports nothing (R14). */
  async #report(
    plugin: SwitchedPlugin,
    permission: Permission,
    verdict: Verdict | undefined,
    messageId: string,
  ): Promise<void> {
    if (permission === undefined) return;
    const outcome = switchOutcome(plugin, verdict);
    if (outcome !== 'failure' && !isProbe(permission)) return;
    const callOutcome = { outcome, subject: messageId };
    await this.#breakers.of(switchOf(plugin.name)).record(permission, callOutcome);
  }

  #excused(verdict: Verdict): VerdictOrNone {
    if (verdict.kind !== 'crash') return verdict;
    const [crash] = pluginCrashesOf(verdict);
    if (crash === undefined || !this.#isOff(crash.plugin)) return verdict;
    const reason = `the plugin ${crash.plugin} is switched off`;
    return { kind: 'no-verdict', because: 'component-fault', reason, pluginCrash: crash };
  }

  #isOff(plugin: string): boolean {
    return (this.#breakers.of(switchOf(plugin)).known?.phase ?? 'closed') !== 'closed';
  }
}

function isProbe({ ticket }: Admitted): boolean {
  return ticket.probe !== undefined;
}
