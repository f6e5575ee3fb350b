import { describe, expect, it } from 'vitest';
import { byName, resourcesOf, synthesized, type TestResource } from '../synthesized.ts';

const dev = synthesized();
const production = synthesized({ stage: 'qa', production: 'true' });
const empties = Object.entries(resourcesOf(dev, 'Custom::EmptyBucket'));
const buckets = Object.entries(resourcesOf(dev, 'AWS::S3::Bucket'));
type Depending = TestResource & { readonly DependsOn?: readonly string[] };

/** Logical ids that a resource depends on, by reference or DependsOn. */
function needs(resource: Depending, ids: ReadonlySet<string>): string[] {
  const named = [
    ...JSON.stringify(resource.Properties ?? {}).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g),
  ];
  return [...named.map(([, id = '']) => id), ...(resource.DependsOn ?? [])].filter((id) =>
    ids.has(id),
  );
}

describe('on cdk destroy', () => {
  it('each bucket that is deleted with the stack is emptied outside production, and no other', () => {
    const going = buckets.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Delete');
    expect(going).toHaveLength(4);
    expect(empties.map(([, { Properties }]) => Properties['BucketName'])).toEqual(
      expect.arrayContaining(going.map(([id]) => ({ Ref: id }))),
    );
    expect(empties).toHaveLength(going.length);
  });

  it('nothing empties a bucket in production', () => {
    expect(resourcesOf(production, 'Custom::EmptyBucket')).toEqual({});
    const functions = byName(production, 'AWS::Lambda::Function', 'FunctionName');
    expect([...functions.keys()]).not.toContain('fhir-failsafe-qa-empty-bucket');
  });

  it('writers are removed first: the functions, and the policy that lets S3 write access logs', () => {
    const ids = empties.map(([id]) => id);
    const writers = [
      ...[...byName(dev, 'AWS::Lambda::Function', 'FunctionName')]
        .filter(([name]) => !name.endsWith('-empty-bucket'))
        .map(([, resource]) => resource as Depending),
    ];
    expect(writers.length).toBeGreaterThan(8);
    for (const { DependsOn } of writers) expect(DependsOn).toEqual(expect.arrayContaining(ids));
    for (const [, empty] of empties) {
      const bucket = empty.Properties['BucketName'];
      const policy = Object.values(
        resourcesOf(dev, 'AWS::S3::BucketPolicy') as Record<string, Depending>,
      ).find(({ Properties }) => JSON.stringify(Properties['Bucket']) === JSON.stringify(bucket));
      expect(ids.some((id) => policy?.DependsOn?.includes(id))).toBe(true);
    }
  });

  it('no dependencies are circular', () => {
    const all = dev.toJSON().Resources as Record<string, Depending>;
    const ids = new Set(Object.keys(all));
    const [visiting, done] = [new Set<string>(), new Set<string>()];
    const visit = (id: string): void => {
      if (done.has(id)) return;
      expect(visiting.has(id), `${[...visiting].join(' needs ')} needs ${id}`).toBe(false);
      visiting.add(id);
      for (const other of needs(all[id] as Depending, ids)) if (other !== id) visit(other);
      visiting.delete(id);
      done.add(id);
    };
    for (const id of ids) visit(id);
    expect(done.size).toBe(ids.size);
  });
});
