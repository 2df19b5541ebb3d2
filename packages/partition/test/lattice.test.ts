import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonical,
  discrete,
  equal,
  groupIds,
  join,
  meet,
  type Partition,
  product,
  refines,
  splitByKind,
  trivial,
} from '../src/index.js';
import { get, partitions, refusal } from './arbitrary.js';

const and = (a: Partition, b: Partition): Partition => get(meet(a, b));
const or = (a: Partition, b: Partition): Partition => get(join(a, b));

/** The law must hold for any n partitions of one tuple. */
const law = (n: number, holds: (...p: readonly Partition[]) => boolean): void => {
  fc.assert(fc.property(partitions(n), (ps) => holds(...ps)));
};

/** Do scalars i and j share a group? For all pairs: the partition as an equivalence relation. */
const relation = (partition: Partition): readonly (readonly boolean[])[] => {
  const sizes = partition.parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const flat = groupIds(partition).flatMap((own, p) =>
    typeof own === 'number' ? Array.from({ length: sizes[p]! }, () => own) : [...own],
  );
  return flat.map((s) => flat.map((t) => s === t));
};

const transitiveClosure = (related: readonly (readonly boolean[])[]): readonly (readonly boolean[])[] => {
  const reach = related.map((row) => [...row]);
  for (const k of reach.keys()) {
    for (const row of reach) if (row[k]) for (const j of row.keys()) row[j] ||= reach[k]![j]!;
  }
  return reach;
};

describe('the lattice of partitions', () => {
  it('meet and join are what they are for equivalence relations: intersection, and transitive closure of the union', () => {
    law(2, (p, q) => {
      const [a, b] = [relation(p!), relation(q!)];
      const both = a.map((row, i) => row.map((x, j) => x && b[i]![j]!));
      const either = transitiveClosure(a.map((row, i) => row.map((x, j) => x || b[i]![j]!)));
      expect(relation(and(p!, q!))).toEqual(both);
      expect(relation(or(p!, q!))).toEqual(either);
      return true;
    });
  });

  it('is idempotent, and returns the very partition, names and order included', () => {
    law(1, (p) => {
      expect(and(p!, p!)).toEqual(p);
      expect(or(p!, p!)).toEqual(p);
      return true;
    });
  });

  it('is commutative', () => {
    law(2, (p, q) => equal(and(p!, q!), and(q!, p!)) && equal(or(p!, q!), or(q!, p!)));
  });

  it('is associative', () => {
    law(3, (p, q, r) => equal(and(and(p!, q!), r!), and(p!, and(q!, r!))));
    law(3, (p, q, r) => equal(or(or(p!, q!), r!), or(p!, or(q!, r!))));
  });

  it('absorbs', () => {
    law(2, (p, q) => equal(and(p!, or(p!, q!)), p!) && equal(or(p!, and(p!, q!)), p!));
  });

  it('has the discrete partition at the bottom and the trivial one at the top', () => {
    law(1, (p) => refines(get(discrete(p!.parameters)), p!) && refines(p!, get(trivial(p!.parameters))));
  });
});

describe('refinement', () => {
  it('is a partial order', () => {
    law(1, (p) => refines(p!, p!));
    law(2, (p, q) => !(refines(p!, q!) && refines(q!, p!)) || equal(p!, q!));
    law(3, (p, q, r) => {
      const fine = and(and(p!, q!), r!);
      const middle = and(p!, q!);
      return refines(fine, middle) && refines(middle, p!) && refines(fine, p!);
    });
  });

  it('has meet as its greatest lower and join as its least upper bound', () => {
    law(3, (p, q, r) => {
      const [low, high] = [and(p!, q!), or(p!, q!)];
      const bounds = refines(low, p!) && refines(low, q!) && refines(p!, high) && refines(q!, high);
      const greatest = !(refines(r!, p!) && refines(r!, q!)) || refines(r!, low);
      const least = !(refines(p!, r!) && refines(q!, r!)) || refines(high, r!);
      return bounds && greatest && least;
    });
  });

  it('agrees with meet and join: P ≤ Q, P ∧ Q = P and P ∨ Q = Q are one statement', () => {
    law(2, (p, q) => {
      const below = refines(p!, q!);
      return below === equal(and(p!, q!), p!) && below === equal(or(p!, q!), q!);
    });
  });
});

describe('names and shape of what meet and join make', () => {
  it('groups are never empty, never overlap, and have distinct names', () => {
    law(2, (p, q) =>
      [and(p!, q!), or(p!, q!), get(product(p!, q!))].every((made) => {
        const total = made.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
        const names = new Set(made.groups.map(({ name }) => name));
        const sizes = made.groups.map(({ size }) => size);
        return names.size === made.groups.length && Math.min(...sizes) > 0 && sizes.reduce((a, b) => a + b) === total;
      }),
    );
  });

  it('a join gives a group that was one of the first’s, or else of the second’s, the name that it had', () => {
    law(2, (p, q) => {
      const second = { ...q!, groups: q!.groups.map((group) => ({ ...group, name: `second ${group.name}` })) };
      const nameOf = (group: Partition['groups'][number], { groups }: Partition): string | undefined =>
        groups.find(({ members }) => JSON.stringify(members) === JSON.stringify(group.members))?.name;
      return or(p!, second).groups.every((group) => {
        const kept = nameOf(group, p!) ?? nameOf(group, second);
        return kept === undefined || kept === group.name;
      });
    });
  });

  it('keeps the names of groups that survive and composes the others', () => {
    const parameters = ['a', 'b', 'c', 'd'].map((name) => ({ name, shape: [2] }));
    const tensors = get(canonical(parameters));
    expect(or(tensors, get(trivial(parameters))).groups.map(({ name }) => name)).toEqual(['all']);
    expect(and(tensors, get(trivial(parameters))).groups.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('splits every group by kind', () => {
    const parameters = [
      { name: 'wte.weight', shape: [7, 4] },
      { name: 'h.0.ln_1.weight', shape: [4] },
      { name: 'h.0.ln_1.bias', shape: [4] },
      { name: 'h.0.mlp.weight', shape: [4, 4] },
      { name: 'h.0.mlp.bias', shape: [4] },
    ];
    const { groups } = get(splitByKind(get(trivial(parameters))));
    expect(groups.map(({ name, size }) => [name, size])).toEqual([
      ['all.weights', 16],
      ['all.biases', 4],
      ['all.norms', 8],
      ['all.embeddings', 28],
    ]);
  });
});

describe('partitions of different parameters', () => {
  const one = get(canonical([{ name: 'a', shape: [2] }]));
  const other = get(canonical([{ name: 'b', shape: [2] }]));
  const longer = get(canonical([{ name: 'a', shape: [3] }]));

  it('are not comparable', () => {
    expect(refines(one, other)).toBe(false);
    expect(equal(one, longer)).toBe(false);
  });

  it('have no meet and no join, and the refusal says what differs', () => {
    expect(refusal(meet(one, other))).toEqual({
      _tag: 'DifferentParameters',
      message:
        'the two partitions are of different parameters (only one of them has "a"); make both from the same list',
    });
    expect(refusal(join(one, longer)).message).toBe(
      'the two partitions are of different parameters (their order or shapes differ); make both from the same list',
    );
  });
});
