import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the space of young objects from growing, for a process that makes much and keeps little of it: what is made for
 * one chart dies with it. V8 would give such objects ever more room before it looks for the dead, so that the reports of
 * a headline run took 300 MB; they take 230 MB, in the same time. Called before anything large is loaded.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
