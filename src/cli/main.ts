#!/usr/bin/env node
import { commandLine } from './command-line.ts'

// A reader that has seen enough, as `head` has, is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

await commandLine(process.argv.slice(2))
