// matrixProduct.mjs THREADS DEVICE: one square matrix product as a worker: the rate that the floor is divided by.

import { uniform } from '@hograd/data';
import { encode, input, makeGraph, matmul, tensor } from '@hograd/graph-builder';
import { openSession } from '@hograd/session';
import { right } from '../../right.mjs';
import { MATRIX_SIDE } from './rate.mjs';
import { peakBytes, serve } from './serve.mjs';

const [threads, device] = process.argv.slice(2);
const shape = [MATRIX_SIDE, MATRIX_SIDE];
const [a, b] = ['a', 'b'].map((name) => input(name, shape));
const graph = encode(makeGraph([{ name: 'product', value: matmul(a, b) }]));
const session = right(await openSession(graph, { threads: Number(threads), device })());
const values = (name) => tensor(uniform([0, name], MATRIX_SIDE ** 2), shape, 'float32');
const feeds = { a: values('a'), b: values('b') };

await serve({ run: async () => right(await session.run(feeds)()), about: { runtimeBytes: peakBytes() } });
