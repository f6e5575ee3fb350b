/**
 * The switches of the plugins, as this environment knows them: each is a breaker that the fleet
 * shares (core/supervision/plugin-switch.ts). Loaded only where there are plugins.
 */

import type { Admitted } from '../../../breaker/resilient-circuit.ts';
import type { Verdict } from '../../../core/message/verdict.ts';
import {
  pluginCrashesOf,
  switchOf,
  switchOutcome,
  switchPolicy,
} from '../../../core/supervision/plugin-switch.ts';
import { placesIn, SUPERVISION_TREE } from '../../../core/supervision/supervision-tree.ts';
import { breakers, setBreakerPolicy } from '../breakers.ts';
import type { Judgement, Judging } from '../judging.ts';
import type { Plugin } from './plugin.ts';

type SwitchedPlugin = Pick<Plugin, 'name' | 'resourceTypes' | 'required'>;
/** A text, and the message and time of its submission (epoch ms). */
export interface Switched {
  readonly text: string;
  readonly submittedAt: number;
  readonly messageId: string;
  readonly source?: string | undefined;
}
/** Undefined where it is switched off for this text. */
type Permission = Admitted | undefined;

/** Gives each plugin the restart intensity of the supervisor that the plugin host is under. */
export function setSwitchPolicies(plugins: readonly SwitchedPlugin[]): void {
  const host = placesIn(SUPERVISION_TREE).find(({ node }) => node.name === 'plugin-host');
  const [supervisor] = host?.above ?? [];
  if (supervisor === undefined) throw new TypeError('the plugin host has no supervisor');
  const policy = switchPolicy(supervisor);
  for (const { name } of plugins) setBreakerPolicy(switchOf(name), policy);
}

/**
 * Judges a text by those plugins that are on, and tells the switches what came of it. While one is
 * off its crash is no doing of the resource, which waits instead (R09). `timeoutMs` is the longest
 * that the judging may take. Never rejects.
 */
export async function judgeBySwitches(
  plugins: readonly SwitchedPlugin[],
  isolation: Pick<Judging, 'judge'>,
  { text, submittedAt, messageId, source }: Switched,
  timeoutMs: number,
): Promise<Judgement> {
  const permissions = await Promise.all(plugins.map((plugin) => permit(plugin, text, timeoutMs)));
  const off = () => positionsOff(plugins, permissions);
  const judgement = await isolation.judge(text, submittedAt, off, undefined, source);
  const verdict = judgement.kind === 'unjudged' ? undefined : judgement;
  await Promise.all(
    plugins.map((plugin, position) => tell(plugin, permissions[position], verdict, messageId)),
  );
  return verdict === undefined ? judgement : excused(verdict);
}

/** A probe is not spent on a text that hardly is of the plugin's types. */
async function permit(
  plugin: SwitchedPlugin,
  text: string,
  timeoutMs: number,
): Promise<Permission> {
  const { name, resourceTypes } = plugin;
  const concerned = resourceTypes.length === 0 || resourceTypes.some((type) => text.includes(type));
  if (isOff(name) && !concerned) return undefined;
  const answer = await breakers.admit(switchOf(name), timeoutMs);
  return answer.kind === 'admitted' ? answer : undefined;
}

/** Off from the start, or since: a text may have waited while others found out. */
function positionsOff(
  plugins: readonly SwitchedPlugin[],
  permissions: readonly Permission[],
): number[] {
  return plugins.flatMap(({ name }, position) => {
    const permission = permissions[position];
    const isOn = permission !== undefined && (isProbe(permission) || !isOff(name));
    return isOn ? [] : [position];
  });
}

/** The healthy path tells nothing (R14). */
async function tell(
  plugin: SwitchedPlugin,
  permission: Permission,
  verdict: Verdict | undefined,
  messageId: string,
): Promise<void> {
  if (permission === undefined) return;
  const outcome = switchOutcome(plugin, verdict);
  if (outcome !== 'failure' && !isProbe(permission)) return;
  const judgement = { outcome, subject: messageId };
  await breakers.settle(switchOf(plugin.name), permission, judgement);
}

function excused(verdict: Verdict): Judgement {
  if (verdict.kind !== 'crash') return verdict;
  const [crash] = pluginCrashesOf(verdict);
  if (crash === undefined || !isOff(crash.plugin)) return verdict;
  const reason = `the plugin ${crash.plugin} is switched off`;
  return { kind: 'unjudged', because: 'component-fault', reason, pluginCrash: crash };
}

function isOff(plugin: string): boolean {
  return (breakers.known(switchOf(plugin))?.phase ?? 'closed') !== 'closed';
}

function isProbe({ ticket }: Admitted): boolean {
  return ticket.probe !== undefined;
}
