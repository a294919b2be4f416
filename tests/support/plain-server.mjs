// A server that does nothing but answer, in a process of its own: what a request costs on this machine at this moment. Sends
// its port to its parent.
import http from 'node:http'

const server = http.createServer((_, response) => response.end('{"status":"healthy"}'))
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit(0))
