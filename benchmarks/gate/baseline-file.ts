import { readFile, writeFile } from 'node:fs/promises'

const PATH = 'benchmarks/baseline.json'

/** The ratio that a later one is compared with. */
export async function readBaseline (): Promise<number> {
  const { hotToHooks } = JSON.parse(await readFile(PATH, 'utf8')) as { readonly hotToHooks: unknown }
  if (typeof hotToHooks !== 'number') {
    throw new TypeError(`${PATH} has no hotToHooks`)
  }
  return hotToHooks
}

export async function writeBaseline (hotToHooks: number): Promise<void> {
  await writeFile(PATH, JSON.stringify({ hotToHooks: Number(hotToHooks.toFixed(3)) }, null, 2) + '\n')
}
