// What somebody may run at home with Express: JSON, uploads of several parts, static files.
'use strict';
const crypto = require('crypto');
const path = require('path');
const busboy = require('busboy');
const express = require('express');

const app = express();
app.use('/static', express.static(path.join(__dirname, 'public'), { maxAge: '1h', lastModified: false }));
app.post('/json', express.json({ limit: '10mb' }), (request, response) => {
  response.json({ got: request.body, query: request.query, type: request.get('Content-Type') });
});
app.post('/upload', (request, response) => {
  const parts = [];
  const form = busboy({ headers: request.headers });
  form.on('field', (name, value) => parts.push({ name, value }));
  form.on('file', (name, stream, info) => {
    const hash = crypto.createHash('sha256');
    let length = 0;
    stream.on('data', bytes => { hash.update(bytes); length += bytes.length; });
    stream.on('end', () => parts.push({ name, file: info.filename, type: info.mimeType, length, hash: hash.digest('hex') }));
  });
  form.on('close', () => response.json(parts));
  request.pipe(form);
});
app.get('/big', (request, response) => response.type('bin').send(Buffer.alloc(3000000, 'abcdefghij')));
app.get('/parts', (request, response) => {
  response.type('text');
  let i = 0;
  const next = () => i < 50 ? response.write(`part ${i++}\n`, next) : response.end();
  next();
});
app.get('/cookies', (request, response) => response.cookie('a', '1').cookie('b', '2', { httpOnly: true }).send('cookies'));
app.get('/away', (request, response) => response.redirect('/json'));
app.all(/^\/echo\//, (request, response) => response.json({ method: request.method, url: request.originalUrl }));

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));
server.keepAliveTimeout = 60000;
