/** What a training run leaves on disk: metrics line by line, and checkpoints that a crash cannot tear. */

import { existsSync } from 'node:fs';
import { open, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeNpz, readNpz, type SamplerState } from '@hograd/data';
import { z } from 'zod';
import { countOrZero } from '../checks.js';
import { orRefuse, refuse, wrongInput } from '../failure.js';
import { jsonIn, openFolder, textIfAny, writeBinary, writeText, writing } from '../files.js';
import { lineOf } from '../jsonLines.js';
import type { Tensors } from './tensors.js';
import type { TrainerState } from './trainer.js';

/** Where a run stands between two steps. */
export interface Checkpoint {
  readonly trainer: TrainerState;
  readonly gradientSampler: SamplerState;
  readonly summarySampler: SamplerState;
  /** Sum of the losses of the current epoch's steps, and their number. */
  readonly epochLoss: number;
  readonly epochSteps: number;
  /** Seconds that the current epoch has taken; left out: none. */
  readonly epochSeconds?: number;
  /** Bytes of metrics.jsonl that belong to the steps taken. */
  readonly metricsBytes: number;
  /** The options that the run was started with; a resumed run must have the same. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The trained model, where a run leaves one. */
export const MODEL = 'model.onnx';

/** The file that says where a run stands. */
const CHECKPOINT = 'checkpoint.json';

/** Writes the tensors under a new name first, then the state that refers to them, then removes older tensors. */
export const saveCheckpoint = async (folder: string, { trainer, ...rest }: Checkpoint): Promise<void> => {
  const { carried, anchor, ...state } = trainer;
  const write = async (name: string, tensors: Tensors): Promise<string> => {
    await writeBinary(join(folder, name), encodeNpz()(tensors));
    return name;
  };
  const tensors = await write(`checkpoint-${trainer.step}.npz`, carried);
  const apart = anchor && anchor.carried !== carried;
  const anchored = anchor && {
    step: anchor.step,
    tensors: apart ? await write(`checkpoint-${trainer.step}-anchor.npz`, anchor.carried) : tensors,
  };
  await writeText(join(folder, CHECKPOINT), JSON.stringify({ ...rest, trainer: state, tensors, anchor: anchored }));
  const current = [tensors, anchored?.tensors];
  const old = (await readdir(folder)).filter((n) => /^checkpoint-\d+(-anchor)?\.npz$/.test(n) && !current.includes(n));
  for (const name of old) await rm(join(folder, name), { force: true });
};

/** What is relied on before the trainer sees the rest. */
const SAVED = z.looseObject({
  tensors: z.string(),
  anchor: z.looseObject({ step: countOrZero, tensors: z.string() }).optional(),
  trainer: z.looseObject({ step: countOrZero }),
  gradientSampler: z.looseObject({}),
  summarySampler: z.looseObject({}),
  epochLoss: z.number(),
  epochSteps: countOrZero,
  metricsBytes: countOrZero,
  options: z.looseObject({}),
});

/** Whether a run in the folder has got as far as its first checkpoint. */
export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, CHECKPOINT));

/** A checkpoint as it is in its folder: whether the samplers' states are of the run's samplers is for `resumeSampler` to say. */
export interface SavedCheckpoint extends Omit<Checkpoint, 'gradientSampler' | 'summarySampler'> {
  readonly gradientSampler: unknown;
  readonly summarySampler: unknown;
}

/** The last checkpoint of a folder. Refuses a folder without one. */
export const loadCheckpoint = async (folder: string): Promise<SavedCheckpoint> => {
  const path = join(folder, CHECKPOINT);
  const text =
    (await textIfAny(path)) ??
    refuse(`${folder} holds no ${CHECKPOINT} to resume from; start the run without --resume`);
  const parsed = jsonIn(text, path);
  if (!SAVED.safeParse(parsed).success) refuse(`${path} lacks what a checkpoint holds; start the run without --resume`);
  const { tensors, anchor, trainer, ...rest } = parsed as Omit<SavedCheckpoint, 'trainer'> & {
    readonly tensors: string;
    readonly anchor?: { readonly step: number; readonly tensors: string };
    readonly trainer: Omit<TrainerState, 'carried' | 'anchor'>;
  };
  const read = async (name: string): Promise<Tensors> =>
    orRefuse(await readNpz(join(folder, name))(), (e) => wrongInput(e.message));
  const carried = await read(tensors);
  const anchored = anchor && {
    step: anchor.step,
    carried: anchor.tensors === tensors ? carried : await read(anchor.tensors),
  };
  return { ...rest, trainer: { ...trainer, carried, ...(anchored && { anchor: anchored }) } };
};

export interface Metrics {
  readonly append: (line: object) => Promise<void>;
  readonly bytes: () => number;
  readonly close: () => Promise<void>;
}

/**
 * metrics.jsonl, opened for appending after its first `bytes` bytes: lines of steps that were lost in a crash are cut off. Refuses a file
 * that has fewer.
 */
export const openMetrics = async (folder: string, bytes: number): Promise<Metrics> => {
  await openFolder(folder);
  const path = join(folder, 'metrics.jsonl');
  const file = await writing(path, () => open(path, 'a'));
  const { size } = await file.stat();
  if (size < bytes) {
    await file.close();
    refuse(`${path} has ${size} bytes and the checkpoint is from after ${bytes}; start the run without --resume`);
  }
  await truncate(path, bytes);
  let written = bytes;
  return {
    append: async (line) => {
      const text = lineOf(line);
      await writing(path, () => file.appendFile(text));
      written += Buffer.byteLength(text);
    },
    bytes: () => written,
    close: async () => {
      await writing(path, () => file.sync()).finally(() => file.close());
    },
  };
};
