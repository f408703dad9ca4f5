// A page for each file that the pages link to: the site stands by itself.

import path from 'node:path'
import { sources } from '../pages.mjs'

const languages = { '.cs': 'csharp', '.fs': 'fsharp' }

export default {
  paths: () => sources().map(({ file, text }) => ({
    params: { file },
    content: `# ${path.posix.basename(file)}\n\n\`${file}\`\n\n~~~~${languages[path.extname(file)] ?? 'text'}\n${text}\n~~~~\n`
  }))
}
