// What the site consists of: the Markdown of the repository as it stands, and the order in which the sidebar lists it.

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const read = page => readFileSync(path.join(root, page), 'utf8')

const rootPages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']

/** All pages, as paths from the top of the repository. */
export const pages = [
  ...rootPages,
  ...readdirSync(path.join(root, 'docs'), { recursive: true }).map(file => 'docs/' + file.replaceAll('\\', '/'))
    .filter(file => file.endsWith('.md')).sort()
]

/** The path of a page in the site: as in the repository, but that a folder's README is its index. */
export const sitePath = page => page.replace(/(^|\/)README\.md$/, '$1index.md')

/** Where the site has a file that a page links to and that is no page itself: a page that shows its text. */
export const sourcePath = file => `source/${file}.md`

/** The files that pages link to and that are no pages, with their texts. */
export function sources() {
  const files = new Set()
  for (const page of pages) {
    const prose = read(page).replace(/^```.*?^```/gms, '')
    for (const [, to] of prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      const file = path.posix.join(path.posix.dirname(page), to)
      const full = path.join(root, file)
      if (!/^[a-z]+:/.test(to) && !/\.(md|png|svg)$/.test(file) && existsSync(full) && statSync(full).isFile())
        files.add(file)
    }
  }
  return [...files].sort().map(file => ({ file, text: read(file) }))
}

const title = page => read(page).match(/^# (.*)$/m)[1].replaceAll('`', '')

const item = (page, text = title(page)) => ({ text, link: '/' + sitePath(page).replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html') })

/** The pages that the tables of an index page link to, with its heading before each table. */
function tables(index) {
  const groups = []
  for (const line of read(index).split('\n')) {
    if (line.startsWith('## '))
      groups.push({ heading: line.slice(3), rows: [] })
    // | picture or nothing | [Name](Name.md) | …, or | [Name](Name.md) | …
    const row = line.match(/^\|(?: *(?:<img[^|]*>)? *\|)? *\[(\w+)\]\((\w+\.md)\)(.*)\|$/)
    if (row) {
      if (groups.length === 0)
        groups.push({ heading: '', rows: [] })
      groups.at(-1).rows.push({ name: row[1], page: path.posix.join(path.posix.dirname(index), row[2]), cells: row[3].split('|').map(cell => cell.trim()) })
    }
  }
  return groups.filter(group => group.rows.length > 0)
}

/** The sidebar. Every page has to be in it, once. */
export function sidebar() {
  const listed = []
  const keep = page => (listed.push(page), page)
  const sections = JSON.parse(readFileSync(new URL('sections.json', import.meta.url), 'utf8')).map(section => {
    const items = section.pages.map(page => item(keep(page), page === 'README.md' ? 'Start' : undefined))
    if (section.families) {
      items.push(...tables(section.families).map(group => ({
        text: group.heading,
        collapsed: true,
        // Long names may be broken before a capital.
        items: group.rows.map(row => item(keep(row.page), row.name.replace(/(?<=[a-z])(?=[A-Z])/g, '<wbr>')))
      })))
    }
    if (section.rows) {
      items.push({
        text: 'All messages',
        collapsed: true,
        items: tables(section.rows).flatMap(group => group.rows).map(row => item(keep(row.page), `${row.name} ${row.cells.at(-1)}`))
      })
    }
    return { text: section.title, items }
  })

  const missing = pages.filter(page => !listed.includes(page))
  const twice = listed.filter((page, index) => listed.indexOf(page) !== index)
  const unknown = listed.filter(page => !pages.includes(page))
  if (missing.length + twice.length + unknown.length > 0) {
    throw new Error(`The sidebar has to list every page once: see build/site/sections.json and the tables of docs/losses and docs/diagnostics. ` +
      `Missing: ${missing.join(', ') || 'none'}. Twice: ${twice.join(', ') || 'none'}. Not there: ${unknown.join(', ') || 'none'}.`)
  }
  return sections
}
