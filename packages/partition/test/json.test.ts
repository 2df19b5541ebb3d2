import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocks, canonical, formatPartition, parsePartition } from '../src/index.js';
import { get, partitions, refusal } from './arbitrary.js';

const parameters = [
  { name: '0.weight', shape: [2, 3] },
  { name: '0.bias', shape: [3] },
];

describe('partitions as JSON', () => {
  it('are read back as they were written, scalars included', () => {
    fc.assert(
      fc.property(partitions(1), ([partition]) => {
        expect(get(parsePartition(formatPartition(partition!))(partition!.parameters))).toEqual(partition);
      }),
    );
  });

  it('may have a group without a name, and refuse scalars of a parameter that is too large to be in memory', () => {
    const unnamed = get(canonical([{ name: '', shape: [2] }]));
    expect(get(parsePartition(formatPartition(unnamed))(unnamed.parameters))).toEqual(unnamed);
    const huge = [{ name: 'w', shape: [100_000, 100_000] }];
    const parts = JSON.stringify([{ name: 'a', parameters: [{ parameter: 'w', indices: [0] }] }]);
    expect(refusal(parsePartition(parts)(huge))).toMatchObject({ _tag: 'InvalidParameter', parameter: 'w' });
  });

  it('may be the groups that hograd summarize --json prints, which say their sizes', () => {
    fc.assert(
      fc.property(partitions(1), ([partition]) => {
        const sized = JSON.parse(formatPartition(partition!)).map((group: object, s: number) => ({
          ...group,
          size: partition!.groups[s]!.size,
        }));
        expect(get(parsePartition(JSON.stringify(sized))(partition!.parameters))).toEqual(partition);
      }),
    );
  });

  it('hold no field that is not read: one more, anywhere, is refused and named', () => {
    const field = fc.string().filter((name) => !['name', 'parameters', 'size', 'parameter', 'indices'].includes(name));
    fc.assert(
      fc.property(
        partitions(1),
        fc.nat(),
        field,
        fc.jsonValue(),
        fc.boolean(),
        ([partition], at, name, value, inMember) => {
          const more = Object.fromEntries([[name, value]]);
          const written = partition!.groups.map((group) => ({
            name: group.name,
            parameters: group.members as object[],
          }));
          const s = at % written.length;
          const changed = inMember
            ? { ...written[s]!, parameters: written[s]!.parameters.map((member) => ({ ...member, ...more })) }
            : { ...written[s]!, ...more };
          const error = refusal(parsePartition(JSON.stringify(written.with(s, changed)))(partition!.parameters));
          expect(error._tag).toBe('InvalidJson');
          expect(error.message).toContain(`has the unknown field ${JSON.stringify(name)}`);
        },
      ),
    );
  });

  it('are written one line a group', () => {
    expect(formatPartition(get(blocks(1)(parameters)))).toBe(
      '[\n  {"name":"block0.weights","parameters":["0.weight"]},\n  {"name":"block0.biases","parameters":["0.bias"]}\n]\n',
    );
  });

  it('may give scalars of a parameter by index, in any order and in several parts', () => {
    const json = JSON.stringify([
      {
        name: 'some',
        parameters: [
          { parameter: '0.bias', indices: [2] },
          { parameter: '0.bias', indices: [0] },
        ],
      },
      { name: 'rest', parameters: ['0.weight', { parameter: '0.bias', indices: [1] }] },
    ]);
    expect(get(parsePartition(json)(parameters)).groups).toEqual([
      { name: 'some', size: 2, members: [{ parameter: '0.bias', indices: [0, 2] }] },
      { name: 'rest', size: 7, members: [{ parameter: '0.weight' }, { parameter: '0.bias', indices: [1] }] },
    ]);
  });
});

const w = '"0.weight"';
const some = (...indices: number[]): string => JSON.stringify({ parameter: '0.bias', indices });
const groups = (...lists: readonly string[]): string =>
  `[${lists.map((list, s) => `{"name":"g${s}","parameters":[${list}]}`).join()}]`;

describe('what is refused, and what it says', () => {
  it.each([
    [
      'text that is not JSON',
      '[{',
      'InvalidJson',
      /^the partition is not JSON: .+; expected \[\{"name": "…", "parameters": \["…"\]\}, …\]$/,
    ],
    ['another document', '{}', 'InvalidJson', /^the partition is not a list of groups; expected /],
    ['a group that is none', '[1]', 'InvalidJson', /^group 0 of the partition is not an object; expected /],
    [
      'a group without a name',
      '[{"parameters":[]}]',
      'InvalidJson',
      /^group 0 of the partition has no "name"; expected /,
    ],
    ['a group without a list', '[{"name":"a"}]', 'InvalidJson', /^group "a" has no list of "parameters"; expected /],
    [
      'an entry that is no name',
      groups('1'),
      'InvalidJson',
      /^entry 0 of "parameters" of group "g0" is neither a name nor \{"parameter": name, "indices": \[numbers\]\}; expected /,
    ],
    [
      'a field that a member does not have',
      groups(`${w},{"parameter":"0.bias","indeces":[0]}`),
      'InvalidJson',
      /^entry 1 of "parameters" of group "g0" has the unknown field "indeces"; a member has "parameter" and "indices"; expected /,
    ],
    [
      'a field that a group does not have',
      `[{"name":"a","parameters":[${w}],"indices":[0]}]`,
      'InvalidJson',
      /^group "a" has the unknown field "indices"; a group has "name" and "parameters"; expected /,
    ],
    [
      'an unknown parameter',
      groups('"0.weigth"'),
      'UnknownParameter',
      'group "g0" names the unknown parameter "0.weigth"; did you mean "0.weight"?',
    ],
    [
      'a parameter that is no slip for any',
      groups('"embedding"'),
      'UnknownParameter',
      'group "g0" names the unknown parameter "embedding"; take one of 0.weight, 0.bias',
    ],
    ['a missing parameter', groups(w), 'MissingParameter', 'no group holds "0.bias"; every parameter must be in one'],
    ['no groups', '[]', 'MissingParameter', 'no group holds "0.weight", "0.bias"; every parameter must be in one'],
    [
      'missing scalars',
      groups(w, some(0, 1)),
      'MissingParameter',
      'some scalars of "0.bias" are in no group; list all of their indices, or the names alone',
    ],
    [
      'a parameter in two groups',
      groups(w, w),
      'RepeatedParameter',
      'parameter "0.weight" is in group "g0" and in group "g1"; keep it in one place',
    ],
    [
      'a parameter twice in a group',
      groups(`${w},${w}`),
      'RepeatedParameter',
      'parameter "0.weight" is twice in group "g0"; keep it in one place',
    ],
    [
      'a scalar in two groups',
      groups(`${w},${some(0, 1)}`, some(2, 1)),
      'RepeatedParameter',
      'scalar 1 of parameter "0.bias" is in group "g0" and in group "g1"; keep it in one place',
    ],
    [
      'a scalar, then all of it',
      groups(`${w},${some(1)}`, '"0.bias"'),
      'RepeatedParameter',
      'parameter "0.bias" is in group "g0" and in group "g1"; keep it in one place',
    ],
    [
      'all of it, then a scalar',
      groups('"0.bias"', `${w},${some(1)}`),
      'RepeatedParameter',
      'parameter "0.bias" is in group "g0" and in group "g1"; keep it in one place',
    ],
    [
      'an index out of range',
      groups(w, some(0, 3)),
      'InvalidIndex',
      'group "g1" takes index 3 of "0.bias", whose 3 scalars are numbered from 0 to 2',
    ],
    [
      'an index that is none',
      groups(w, some(0.5)),
      'InvalidIndex',
      'group "g1" takes index 0.5 of "0.bias", whose 3 scalars are numbered from 0 to 2',
    ],
    [
      'no index at all',
      groups(w, some()),
      'EmptyGroup',
      `group "g1" lists no index of "0.bias"; list some, or the parameter's name alone for all of it`,
    ],
    [
      'an empty group',
      groups(`${w},"0.bias"`, ''),
      'EmptyGroup',
      'group "g1" has no parameters; list some or remove it',
    ],
    [
      'two groups of one name',
      `[{"name":"a","parameters":[${w}]},{"name":"a","parameters":["0.bias"]}]`,
      'DuplicateGroup',
      'two groups are named "a"; give each its own name',
    ],
  ])('%s', (_, json, tag, message) => {
    const error = refusal(parsePartition(json)(parameters));
    expect(error._tag).toBe(tag);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  it('lists at most five missing parameters', () => {
    const many = Array.from({ length: 8 }, (_, p) => ({ name: `p${p}`, shape: [1] }));
    expect(refusal(parsePartition(groups('"p0"'))(many)).message).toBe(
      'no group holds "p1", "p2", "p3", "p4", "p5" and 2 more; every parameter must be in one',
    );
  });
});
