export { decodeNpz, encodeNpz } from './formats/npz.js';
