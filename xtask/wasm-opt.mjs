// Makes wasm modules smaller, many in one process: to load binaryen takes two seconds, to optimise most modules a hundredth of that.
// It reads lines of "from<tab>to" and does what `wasm-opt -Oz` does with each, with the features that rustc uses on this target by
// default; they are named since the section that would tell is stripped, and not all of them, since browsers refuse the result.

import { readFileSync, writeFileSync } from 'node:fs'
import binaryen from 'binaryen'

const { Features } = binaryen
const features = Features.BulkMemory | Features.BulkMemoryOpt | Features.CallIndirectOverlong | Features.Multivalue |
  Features.MutableGlobals | Features.NontrappingFPToInt | Features.ReferenceTypes | Features.SignExt

// -Oz
binaryen.setOptimizeLevel(2)
binaryen.setShrinkLevel(2)

for (const line of readFileSync(0, 'utf8').split('\n').filter(line => line)) {
  const [from, to] = line.split('\t')
  const module = binaryen.readBinary(readFileSync(from), features)
  // Twice: what the first round leaves makes the second find more, half a per cent here.
  module.optimize()
  module.optimize()
  writeFileSync(to, module.emitBinary())
  module.dispose()
}
