// Asks for /health on one kept connection, one request at a time, 100 a second; sends the sorted times to its parent.
// A process of its own: the clients that make the load would disturb its clock.
import http from 'node:http'

const [address, ms] = [process.argv[2], Number(process.argv[3])]
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const once = () =>
  new Promise((resolve, reject) => {
    const begin = performance.now()
    http
      .get(`http://${address}/health`, { agent, timeout: 5000 }, (response) => {
        response.resume()
        response.on('end', () => resolve(performance.now() - begin))
      })
      .on('error', reject)
  })

const times = []
const end = performance.now() + ms
for (let i = 0; i < 20; i++) await once()
while (performance.now() < end) {
  times.push(await once())
  await new Promise((resolve) => setTimeout(resolve, 10))
}
process.send(
  times.sort((a, b) => a - b),
  () => process.exit(0),
)
