import path from 'node:path'
import { defineConfig } from 'vitepress'
import { asOnGitHub, slugify } from '../markdown.mjs'
import { pages, root, sidebar, sitePath } from '../pages.mjs'

const own = 'build/site/source/'
const output = process.env.SITE_OUTPUT ?? path.join(root, 'artifacts/site')

// The pages lie outside the folder that has node_modules: what they are compiled to finds Vue from here.
const vueOfTheSite = {
  name: 'vue-of-the-site',
  enforce: 'pre',
  resolveId(id, importer, options) {
    if (/^vue(\/|$)/.test(id) && importer && !importer.includes('/node_modules/'))
      return this.resolve(id, path.join(root, 'build/site/.vitepress/config.mjs'), { ...options, skipSelf: true })
  }
}

export default defineConfig({
  title: 'LossGen',
  description: 'Loss functions for C#, declared in a few lines and differentiated while the project is compiled.',
  lang: 'en-GB',
  base: process.env.SITE_BASE ?? '/',

  // The pages are those of the repository, where they stand.
  srcDir: root,
  srcExclude: ['{.ci,.git,artifacts,benchmarks,examples,findings,src,tests}/**', 'docs/tool/**', 'build/!(site)/**', '**/{bin,obj}/**'],
  rewrites: page => page.startsWith(own) ? 'source/' + page.slice(own.length) : sitePath(page),
  outDir: output,
  cacheDir: path.join(root, 'artifacts/site-cache'),
  // Nothing is fetched from elsewhere, fonts included.
  head: [['link', { rel: 'icon', href: 'data:,' }]],

  markdown: {
    anchor: { slugify },
    // GitHub has no attributes in braces; c_{ij} at the end of a cell would lose its index.
    attrs: { disable: true },
    config: asOnGitHub
  },
  vite: {
    publicDir: false,
    plugins: [vueOfTheSite],
    build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 4096 }
  },

  themeConfig: {
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    nav: [
      { text: 'Losses', link: '/docs/losses/' },
      { text: 'Options', link: '/docs/options.html' },
      { text: 'Recipes', link: '/docs/recipes.html' },
      { text: 'Diagnostics', link: '/docs/diagnostics/' }
    ],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // FocalTversky is found as a whole and by its parts; numbers, as in LG0051, just as they are.
          options: {
            tokenize: text => text.split(/[\n\r\p{Z}\p{P}]+/u).flatMap(word => {
              const parts = word.split(/(?<=[a-z])(?=[A-Z])/)
              return parts.length > 1 ? [word, ...parts] : parts
            })
          },
          searchOptions: { fuzzy: term => /\d/.test(term) ? false : 0.2 }
        },
        _render: (text, env, md) => {
          const html = md.render(text, Object.assign(env, { isSearched: true }))
          return env.frontmatter?.search === false ? '' : html
        }
      }
    }
  }
})
