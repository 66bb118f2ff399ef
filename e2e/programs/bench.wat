;; What the sightglass benchmarks import to mark the part that is timed.
(module (func (export "start")) (func (export "end")))
