# V8: generated code, workers, WebAssembly, sockets, child processes.
# needs: node
cat > /tmp/t.js << 'JS'
const crypto = require('crypto'), zlib = require('zlib'), http = require('http');
const { Worker } = require('worker_threads');
console.log(2n ** 100n, Math.sin(1));
console.log(require('child_process').execSync('echo from a shell').toString());
console.log(crypto.createHash('sha256').update('abc').digest('hex'));
let s = 0;
for (let i = 0; i < 3e6; i++) s = (s * 31 + i) | 0;
console.log(s, '12-ab 34-cd'.replace(/(\d+)-(\w+)/g, '$2:$1'));
console.log(zlib.gunzipSync(zlib.gzipSync('x'.repeat(1000))).length);
const wasm = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0,
  1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0,
  10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]));
console.log(new WebAssembly.Instance(wasm).exports.add(2, 3));
const add = `let q = 0; for (let i = 0; i < 1e5; i++) q += i;
  require('worker_threads').parentPort.postMessage(q)`;
const worker = new Worker(add, { eval: true });
worker.on('message', m => console.log('worker', m));
worker.on('exit', () => {
  const server = http.createServer((q, r) => r.end('served ' + q.url));
  server.listen(0, '127.0.0.1', () =>
    http.get({ port: server.address().port, path: '/x', host: '127.0.0.1' }, r => {
      r.on('data', d => console.log(String(d)));
      r.on('end', () => server.close());
    }));
});
JS
node /tmp/t.js
