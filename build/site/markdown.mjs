// Markdown as GitHub shows it: formulas, the ids of headings, links between files. The pages are written for that.

import path from 'node:path'
import katex from 'katex'
import { pages, sitePath, sourcePath, sources } from './pages.mjs'

/** What GitHub makes of a heading. */
export const slugify = heading => heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-')

/** Where a link of a page leads in the site. */
function target(from, to) {
  if (/^([a-z]+:|#|\/)/i.test(to))
    return to
  const [file, hash] = to.split('#', 2)
  const full = path.posix.join(path.posix.dirname(from), file)
  const anchor = hash === undefined ? '' : '#' + hash
  if (pages.includes(full))
    return `/${sitePath(full)}${anchor}`
  if (files.has(full))
    return `/${sourcePath(full)}${anchor}`
  throw new Error(`${from} links to ${to}, which is neither a page nor a file of the repository.`)
}

const files = new Set(sources().map(source => source.file))

// Formulas are left out of what is searched: their signs say nothing there.
function math(text, displayMode, env) {
  if (env.isSearched)
    return ''
  const html = katex.renderToString(text, { displayMode, throwOnError: true, strict: 'error' })
  return displayMode ? `<div class="formula" v-pre>${html}</div>\n` : html.replace('<span', '<span v-pre')
}

/** The plugin. */
export function asOnGitHub(md) {
  md.core.ruler.push('links', state => {
    for (const token of state.tokens) {
      for (const child of token.children ?? []) {
        if (child.type === 'link_open')
          child.attrSet('href', target(state.env.path ? pageOf(state.env) : 'README.md', child.attrGet('href')))
        else if (child.type === 'html_inline')
          child.content = relative(child.content)
      }
      if (token.type === 'html_block')
        token.content = relative(token.content)
    }
  })

  // $`x`$
  md.inline.ruler.before('backticks', 'math', (state, silent) => {
    const found = /\$`([^`]+)`\$/y
    found.lastIndex = state.pos
    const match = found.exec(state.src)
    if (!match)
      return false
    if (!silent)
      state.push('math', '', 0).content = match[1]
    state.pos += match[0].length
    return true
  })
  md.renderer.rules.math = (tokens, index, options, env) => math(tokens[index].content, false, env)

  const fence = md.renderer.rules.fence
  md.renderer.rules.fence = (tokens, index, options, env, self) =>
    tokens[index].info.trim() === 'math' ? math(tokens[index].content, true, env) : fence(tokens, index, options, env, self)
}

// The page by its path in the repository, whatever it is called in the site.
const pageOf = env => pages.find(page => sitePath(page) === env.relativePath) ?? env.relativePath

// Vue takes a source for a file beside the page only if it begins with a dot.
const relative = html => html.replace(/(<img[^>]* src=")(?![a-z]+:|[./])/g, '$1./')
