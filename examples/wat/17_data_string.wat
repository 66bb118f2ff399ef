;; A data segment puts a text into memory when the module is instantiated.
;; run: zwasm examples/wat/17_data_string.wat --invoke count_vowels
;; prints: 5
(module
  (memory 1)
  (data (i32.const 0) "web assembly is small\00")

  (func $is_vowel (param $c i32) (result i32)
    (i32.or
      (i32.or
        (i32.eq (local.get $c) (i32.const 0x61))    ;; a
        (i32.eq (local.get $c) (i32.const 0x65)))   ;; e
      (i32.or
        (i32.eq (local.get $c) (i32.const 0x69))    ;; i
        (i32.or
          (i32.eq (local.get $c) (i32.const 0x6f))  ;; o
          (i32.eq (local.get $c) (i32.const 0x75))))))

  (func (export "count_vowels") (result i32)
    (local $at i32)
    (local $c i32)
    (local $count i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.tee $c (i32.load8_u (local.get $at)))))
        (local.set $count (i32.add (local.get $count) (call $is_vowel (local.get $c))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $count)))
