#!/usr/bin/env node
import { main } from '../dist/index.js';
import { openStreams } from '../dist/program/streams.js';

process.exitCode = await main(process.argv.slice(2), openStreams(process));
