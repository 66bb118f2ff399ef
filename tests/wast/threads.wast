;; Threads of a script share a memory of the instance that they name.
(module $Mem (memory (export "shared") 1 3 shared))

;; Message passing: the writer publishes with a flag, the reader waits for it.
(thread $reader (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 3 shared)
    (func (export "read") (result i32)
      (loop $again
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
        (br_if $again (i32.eqz (i32.atomic.load (i32.const 0)))))
      (i32.load (i32.const 64))))
  (assert_return (invoke "read") (i32.const 42)))

(thread $writer (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 3 shared)
    (func (export "write") (param i32)
      (i32.store (i32.const 64) (local.get 0))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))))
  (assert_return (invoke "write" (i32.const 42))))

(wait $writer)
(wait $reader)

;; Counting in two threads at once; the main one counts, too.
(thread $one (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 3 shared)
    (func (export "count") (param $n i32)
      (loop $again
        (drop (i64.atomic.rmw.add (i32.const 128) (i64.const 1)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "count" (i32.const 10000))))
(thread $two (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 3 shared)
    (func (export "count") (param $n i32) (local $old i64)
      (loop $again
        (local.set $old (i64.atomic.load (i32.const 128)))
        (br_if $again (i64.ne (local.get $old)
          (i64.atomic.rmw.cmpxchg (i32.const 128)
            (local.get $old) (i64.add (local.get $old) (i64.const 1)))))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (assert_return (invoke "count" (i32.const 10000))))
(register "mem" $Mem)
(module $Check
  (memory (import "mem" "shared") 1 3 shared)
  (func (export "count") (drop (i64.atomic.rmw.add (i32.const 128) (i64.const 1))))
  (func (export "get") (result i64) (i64.atomic.load (i32.const 128)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "load8") (param i32) (result i32) (i32.load8_u (local.get 0))))
(assert_return (invoke $Check "count"))
(wait $one)
(wait $two)
(assert_return (invoke $Check "get") (i64.const 20001))

;; A thread grows the memory for all.
(assert_trap (invoke $Check "load8" (i32.const 65536)) "out of bounds memory access")
(thread $grower (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 3 shared)
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "store8") (i32.store8 (i32.const 131071) (i32.const 9))))
  (assert_return (invoke "grow") (i32.const 1))
  (assert_return (invoke "store8")))
(wait $grower)
(assert_return (invoke $Check "size") (i32.const 2))
(assert_return (invoke $Check "load8" (i32.const 131071)) (i32.const 9))
(assert_return (invoke $Check "grow" (i32.const 2)) (i32.const -1))
(assert_return (invoke $Check "grow" (i32.const 1)) (i32.const 2))

;; What an import says must fit.
(assert_unlinkable
  (module (memory (import "mem" "shared") 1)) "incompatible import type")
(assert_unlinkable
  (module (memory (import "mem" "shared") 1 2 shared)) "incompatible import type")
(assert_unlinkable
  (module (memory (import "mem" "shared") 4 4 shared)) "incompatible import type")
(module (memory (import "mem" "shared") 3 3 shared))
(module (memory (import "mem" "shared") 0 10 shared))
