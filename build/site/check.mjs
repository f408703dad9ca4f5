// Goes through the built site in Chromium, page by page, and fails with what is broken: links and their anchors, pictures, scripts, what is fetched
// from elsewhere, pages wider than a phone; and asks the search for losses by name. Links to other sites are read, not followed.
//
// node check.mjs [--shots FOLDER]

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './pages.mjs'

const base = process.env.SITE_BASE ?? '/'
const site = process.env.SITE_OUTPUT ?? path.join(root, 'artifacts/site')
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.png': 'image/png', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const desktop = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const browserPath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
const shots = process.argv[2] === '--shots' ? process.argv[3] : undefined

const fail = text => (console.error(text), process.exit(1))
if (!existsSync(path.join(site, 'index.html')))
  fail(`There is no site in ${site}: build it with build/site.sh.`)
if (!browserPath)
  fail('There is no Chromium: install it (on Debian the package chromium), or say in CHROMIUM where it is.')

// The file of a path of the site, as any web server finds it.
function fileOf(pathname) {
  if (!pathname.startsWith(base))
    return undefined
  const file = path.join(site, decodeURIComponent(pathname.slice(base.length)))
  const found = [file, path.join(file, 'index.html')].find(one => existsSync(one) && statSync(one).isFile())
  return found !== undefined && found.startsWith(site + path.sep) ? found : undefined
}

const server = createServer((request, response) => {
  const file = fileOf(new URL(request.url, 'http://localhost').pathname)
  response.writeHead(file ? 200 : 404, { 'content-type': types[path.extname(file ?? '')] ?? 'text/plain' })
  response.end(file ? readFileSync(file) : undefined)
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${server.address().port}`

const files = readdirSync(site, { recursive: true }).map(file => file.replaceAll('\\', '/')).filter(file => file.endsWith('.html') && file !== '404.html').sort()
const urlOf = file => origin + base + file.replace(/(^|\/)index\.html$/, '$1')

const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
const context = await browser.newContext({ viewport: phone })
const tab = await context.newPage()

const broken = []
let current = ''
const report = text => broken.push(`${current}: ${text}`)
tab.on('pageerror', error => report(`script: ${error.message}`))
tab.on('console', message => message.type() === 'error' && report(`console: ${message.text()}`))
tab.on('response', response => response.status() >= 400 && report(`not loaded: ${response.url()}`))
// What Vue fetches ahead is given up where the next page is opened first.
tab.on('requestfailed', request => request.failure().errorText.includes('ABORTED') || report(`not loaded: ${request.url()}`))
tab.on('request', request => {
  if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
    report(`fetched from elsewhere: ${request.url()}`)
})

// First what each page has, then whether its links find it.
const found = new Map()
for (const file of files) {
  current = file
  await tab.goto(urlOf(file), { waitUntil: 'load' })
  // Hydrated: what Vue adds is there, too.
  await tab.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
  const page = await tab.evaluate(async () => {
    // Pictures are fetched where they are seen; here all of them are.
    const pictures = [...document.querySelectorAll('img')].filter(picture => picture.src)
    await Promise.all(pictures.map(picture => (picture.loading = 'eager', picture.decode().catch(() => {}))))
    return {
      links: [...document.querySelectorAll('a[href]')].map(link => ({ to: link.getAttribute('href'), url: link.href })),
      ids: [...document.querySelectorAll('[id]')].map(element => element.id),
      headings: [...document.querySelectorAll('h1')].length,
      pictures: pictures.filter(picture => picture.naturalWidth === 0).map(picture => picture.getAttribute('src')),
      wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      raw: document.querySelector('.vp-doc')?.innerText.match(/\$`|```|\{\{/)?.[0]
    }
  })
  found.set(urlOf(file), page)
  for (const picture of page.pictures)
    report(`no picture: ${picture}`)
  if (page.headings !== 1)
    report(`${page.headings} main headings, not one`)
  if (page.wider > 0)
    report(`${page.wider} pixels wider than a phone`)
  if (page.raw && !file.startsWith('source/'))
    report(`Markdown that was not read: ${page.raw}`)
}

let links = 0
for (const file of files) {
  current = file
  for (const { to, url } of found.get(urlOf(file)).links) {
    links++
    const address = URL.canParse(url) ? new URL(url) : undefined
    if (address?.origin !== origin) {
      if (!address || !['http:', 'https:', 'mailto:'].includes(address.protocol) || (address.protocol !== 'mailto:' && !address.hostname.includes('.')))
        report(`no address: ${to}`)
      continue
    }

    const target = fileOf(address.pathname)
    if (!target) {
      report(`leads nowhere: ${to}`)
      continue
    }

    const id = decodeURIComponent(address.hash.slice(1))
    const page = found.get(urlOf(path.relative(site, target).replaceAll('\\', '/')))
    if (id && page && !page.ids.includes(id))
      report(`no such heading: ${to}`)
  }
}

// A loss is found by its name, and the result leads to its page.
async function search(words, wanted) {
  current = `search for ${words}`
  await tab.setViewportSize(desktop)
  await tab.goto(origin + base, { waitUntil: 'load' })
  await tab.waitForFunction(() => document.querySelector('#app')?.__vue_app__)
  await tab.click('#local-search button, .VPNavBarSearchButton, button.DocSearch-Button')
  await tab.fill('.VPLocalSearchBox input', words)
  try {
    await tab.waitForSelector('.VPLocalSearchBox .result', { timeout: 30000 })
    await tab.waitForTimeout(500)
    const results = await tab.$$eval('.VPLocalSearchBox .result', results => results.map(result => result.getAttribute('href')))
    if (!results[0].startsWith(base + wanted)) {
      report(`the first result is ${results[0]}, not ${wanted}`)
      return
    }
    if (shots)
      await tab.screenshot({ path: path.join(shots, `search-${words.replaceAll(' ', '-')}.png`) })
    await tab.click('.VPLocalSearchBox .result')
    await tab.waitForURL(url => url.pathname === base + wanted, { timeout: 10000 })
  } catch (error) {
    report(error.message.split('\n')[0])
  }
}

if (shots)
  mkdirSync(shots, { recursive: true })
await search('LovaszSoftmax', 'docs/losses/LovaszSoftmax.html')
await search('focal tversky', 'docs/losses/AsymmetricFocalTversky.html')
await search('LG0051', 'docs/diagnostics/LG0051.html')

// To be looked at.
if (shots) {
  await tab.emulateMedia({ colorScheme: 'dark' })
  await tab.goto(origin + base + 'docs/losses/Focal.html', { waitUntil: 'networkidle' })
  await tab.click('details summary')
  await tab.screenshot({ path: path.join(shots, 'dark.png'), fullPage: true })
  await tab.emulateMedia({ colorScheme: 'light' })
  for (const page of ['', 'docs/losses/', 'docs/losses/Focal.html', 'docs/losses/Ssim.html', 'docs/options.html', 'docs/performance.html', 'docs/language.html', 'docs/diagnostics/LG0051.html', 'docs/gpu.html']) {
    for (const [name, viewport] of Object.entries({ desktop, phone })) {
      await tab.setViewportSize(viewport)
      await tab.goto(origin + base + page, { waitUntil: 'networkidle' })
      await tab.screenshot({ path: path.join(shots, `${page.replaceAll('/', '-').replace('.html', '') || 'home'}-${name}.png`), clip: { x: 0, y: 0, width: viewport.width, height: 2400 }, fullPage: true })
    }
  }
}

await browser.close()
server.close()

for (const text of broken.slice(0, 100))
  console.error(text)
if (broken.length > 100)
  console.error(`... and ${broken.length - 100} more.`)
console.log(`${files.length} pages, ${links} links: ${broken.length === 0 ? 'all hold' : `${broken.length} broken`}.`)
process.exit(broken.length === 0 ? 0 : 1)
