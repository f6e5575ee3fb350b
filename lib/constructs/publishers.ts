/**
 * Who may publish what to a queue of the kernel, in two places (R40): in the queue's own policy, which
 * denies everybody else, and in the list of the function that reads it, which checks what each may publish.
 */
import { Aws, Lazy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Publishers as PublishersOfReader } from '../../core/audit/publishers.ts';
import { ENV } from '../../telemetry/env-names.ts';
import type { Config } from '../config/config.ts';
import type { PipelineFunction } from './pipeline-function.ts';
import { admitOnlySenders } from './queue-policy.ts';

const OPERATOR = 'operator';

export class Publishers {
  readonly #sources: Config['sources'];
  readonly #known: PublishersOfReader['known'] = [];
  readonly #arns: string[];
  readonly #services: string[] = [];

  /** @param operatorsKinds kinds that operators may publish themselves */
  constructor({ sources }: Config, operatorsKinds: readonly string[]) {
    this.#sources = sources;
    // The root user of the account can do everything anyway.
    const operators = [Aws.ACCOUNT_ID, ...sources.operators];
    for (const id of operators) {
      this.#known.push({ id, as: OPERATOR, kinds: [...operatorsKinds] });
    }
    const root = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`;
    this.#arns = [root, ...sources.operatorArns];
  }

  /** A function may publish these kinds, in addition to earlier ones. */
  add(
    { name, role }: { readonly name: string; readonly role: IRole & { roleId: string } },
    kinds: readonly string[],
  ): void {
    this.#known.push({ id: role.roleId, as: name, kinds: [...kinds] });
    if (!this.#arns.includes(role.roleArn)) this.#arns.push(role.roleArn);
  }

  /** Allows a topic or a rule to send too. */
  addService(sourceArn: string): void {
    this.#services.push(sourceArn);
  }

  /** Denies everybody else. Principals that are added later are allowed too. */
  guard(queue: Queue): void {
    admitOnlySenders(queue, {
      principalArns: Lazy.list({ produce: () => this.#arns }),
      sourceArns: Lazy.list({ produce: () => this.#services }, { omitEmpty: true }),
    });
  }

  /** Gives the list to the reader of the queue, including principals that are added later. */
  listFor(reader: PipelineFunction): void {
    const { senderIds } = this.#sources;
    reader.lambda.addEnvironment(
      ENV.publishers,
      Lazy.string({ produce: () => JSON.stringify({ senderIds, known: this.#known }) }),
    );
  }
}
