;; Structs: every field type, packed fields and their signs, defaults, null, sizes from none to more
;; than is allocated in line, recursion groups, and types that are the same in several modules.
(module
  (type $empty (struct))
  (type $f (func (result i32)))
  (type $all (struct
    (field $i8 (mut i8)) (field $i16 (mut i16)) (field $i32 (mut i32)) (field $i64 (mut i64))
    (field $f32 (mut f32)) (field $f64 (mut f64)) (field $v128 (mut v128))
    (field $any (mut anyref)) (field $eq (mut eqref)) (field $i31 (mut i31ref))
    (field $struct (mut structref)) (field $array (mut arrayref)) (field $none (mut nullref))
    (field $func (mut funcref)) (field $nofunc (mut nullfuncref)) (field $extern (mut externref))
    (field $noextern (mut nullexternref)) (field $exn (mut exnref)) (field $noexn (mut nullexnref))
    (field $f (mut (ref null $f))) (field $self (mut (ref null $all))) (field $last (mut i8))))
  (type $bytes (array i8))
  (func $seven (type $f) (i32.const 7))
  (elem declare func $seven)
  (global $g (mut (ref null $all)) (ref.null $all))
  (func (export "make")
    (global.set $g (struct.new $all
      (i32.const 0x1FF) (i32.const 0x18000) (i32.const -3) (i64.const -4) (f32.const 1.5)
      (f64.const -2.5) (v128.const i64x2 11 12)
      (ref.i31 (i32.const 1)) (ref.i31 (i32.const 2)) (ref.i31 (i32.const 3))
      (struct.new $empty) (array.new_fixed $bytes 2 (i32.const 5) (i32.const 6)) (ref.null none)
      (ref.func $seven) (ref.null nofunc) (extern.convert_any (ref.i31 (i32.const 4)))
      (ref.null noextern) (ref.null exn) (ref.null noexn) (ref.func $seven) (ref.null $all)
      (i32.const 0x7F))))
  (func (export "make default") (global.set $g (struct.new_default $all)))
  (func (export "clear") (global.set $g (ref.null $all)))
  (func (export "i8_s") (result i32) (struct.get_s $all $i8 (global.get $g)))
  (func (export "i8_u") (result i32) (struct.get_u $all $i8 (global.get $g)))
  (func (export "i16_s") (result i32) (struct.get_s $all $i16 (global.get $g)))
  (func (export "i16_u") (result i32) (struct.get_u $all $i16 (global.get $g)))
  (func (export "i32") (result i32) (struct.get $all $i32 (global.get $g)))
  (func (export "i64") (result i64) (struct.get $all $i64 (global.get $g)))
  (func (export "f32") (result f32) (struct.get $all $f32 (global.get $g)))
  (func (export "f64") (result f64) (struct.get $all $f64 (global.get $g)))
  (func (export "v128") (result v128) (struct.get $all $v128 (global.get $g)))
  (func (export "any") (result anyref) (struct.get $all $any (global.get $g)))
  (func (export "eq") (result eqref) (struct.get $all $eq (global.get $g)))
  (func (export "i31") (result i31ref) (struct.get $all $i31 (global.get $g)))
  (func (export "struct") (result structref) (struct.get $all $struct (global.get $g)))
  (func (export "array") (result arrayref) (struct.get $all $array (global.get $g)))
  (func (export "none") (result nullref) (struct.get $all $none (global.get $g)))
  (func (export "func") (result funcref) (struct.get $all $func (global.get $g)))
  (func (export "nofunc") (result nullfuncref) (struct.get $all $nofunc (global.get $g)))
  (func (export "extern") (result externref) (struct.get $all $extern (global.get $g)))
  (func (export "noextern") (result nullexternref) (struct.get $all $noextern (global.get $g)))
  (func (export "exn") (result exnref) (struct.get $all $exn (global.get $g)))
  (func (export "call") (result i32) (call_ref $f (struct.get $all $f (global.get $g))))
  (func (export "last_s") (result i32) (struct.get_s $all $last (global.get $g)))
  (func (export "set")
    (struct.set $all $i8 (global.get $g) (i32.const -2))
    (struct.set $all $i16 (global.get $g) (i32.const 0x12345))
    (struct.set $all $i32 (global.get $g) (i32.const 0x7FFFFFFF))
    (struct.set $all $i64 (global.get $g) (i64.const 0x123456789ABCDEF0))
    (struct.set $all $f32 (global.get $g) (f32.const nan:0x200001))
    (struct.set $all $f64 (global.get $g) (f64.const -0))
    (struct.set $all $v128 (global.get $g) (v128.const i32x4 1 2 3 4))
    (struct.set $all $any (global.get $g) (global.get $g))
    (struct.set $all $eq (global.get $g) (struct.get $all $any (global.get $g)) (ref.cast eqref))
    (struct.set $all $i31 (global.get $g) (ref.null i31))
    (struct.set $all $struct (global.get $g) (global.get $g))
    (struct.set $all $func (global.get $g) (ref.null func))
    (struct.set $all $extern (global.get $g) (extern.convert_any (global.get $g)))
    (struct.set $all $self (global.get $g) (global.get $g))
    (struct.set $all $last (global.get $g) (i32.const 0xFF80)))
  (func (export "set extern") (param externref)
    (struct.set $all $extern (global.get $g) (local.get 0)))
  (func (export "set v128 null") (struct.set $all $v128 (ref.null $all) (v128.const i64x2 0 0)))
  (func (export "get v128 null") (result v128) (struct.get $all $v128 (ref.null $all)))
  (func (export "is self") (result i32)
    (i32.and (ref.eq (struct.get $all $self (global.get $g)) (global.get $g))
      (ref.eq (struct.get $all $self (struct.get $all $self (global.get $g)))
        (ref.cast eqref (any.convert_extern (struct.get $all $extern (global.get $g)))))))
  (func (export "empty") (result structref) (struct.new $empty))
  (func (export "empty default") (result structref) (struct.new_default $empty))
  (func (export "two empty are not one") (result i32)
    (ref.eq (struct.new $empty) (struct.new $empty)))
  (func (export "empty below a value") (result i32)
    (i32.const 41) (drop (struct.new $empty)) (i32.add (i32.const 1))))
(assert_trap (invoke "i8_s") "null structure reference")
(assert_trap (invoke "v128") "null structure reference")
(assert_trap (invoke "set") "null structure reference")
(assert_trap (invoke "set v128 null") "null structure reference")
(assert_trap (invoke "get v128 null") "null structure reference")
(invoke "make")
(assert_return (invoke "i8_s") (i32.const -1))
(assert_return (invoke "i8_u") (i32.const 255))
(assert_return (invoke "i16_s") (i32.const -32768))
(assert_return (invoke "i16_u") (i32.const 0x8000))
(assert_return (invoke "i32") (i32.const -3))
(assert_return (invoke "i64") (i64.const -4))
(assert_return (invoke "f32") (f32.const 1.5))
(assert_return (invoke "f64") (f64.const -2.5))
(assert_return (invoke "v128") (v128.const i64x2 11 12))
(assert_return (invoke "any") (ref.i31))
(assert_return (invoke "eq") (ref.i31))
(assert_return (invoke "i31") (ref.i31))
(assert_return (invoke "struct") (ref.struct))
(assert_return (invoke "array") (ref.array))
(assert_return (invoke "none") (ref.null none))
(assert_return (invoke "func") (ref.func))
(assert_return (invoke "nofunc") (ref.null nofunc))
(assert_return (invoke "extern") (ref.extern))
(assert_return (invoke "noextern") (ref.null noextern))
(assert_return (invoke "exn") (ref.null exn))
(assert_return (invoke "call") (i32.const 7))
(assert_return (invoke "last_s") (i32.const 127))
(invoke "set")
(assert_return (invoke "i8_s") (i32.const -2))
(assert_return (invoke "i8_u") (i32.const 254))
(assert_return (invoke "i16_s") (i32.const 0x2345))
(assert_return (invoke "i16_u") (i32.const 0x2345))
(assert_return (invoke "i32") (i32.const 0x7FFFFFFF))
(assert_return (invoke "i64") (i64.const 0x123456789ABCDEF0))
(assert_return (invoke "f32") (f32.const nan:0x200001))
(assert_return (invoke "f64") (f64.const -0))
(assert_return (invoke "v128") (v128.const i32x4 1 2 3 4))
(assert_return (invoke "any") (ref.struct))
(assert_return (invoke "i31") (ref.null i31))
(assert_return (invoke "func") (ref.null func))
(assert_return (invoke "is self") (i32.const 1))
(assert_return (invoke "last_s") (i32.const -128))
(assert_return (invoke "set extern" (ref.extern 77)))
(assert_return (invoke "extern") (ref.extern 77))
(invoke "make default")
(assert_return (invoke "i8_u") (i32.const 0))
(assert_return (invoke "i64") (i64.const 0))
(assert_return (invoke "f32") (f32.const 0))
(assert_return (invoke "f64") (f64.const 0))
(assert_return (invoke "v128") (v128.const i64x2 0 0))
(assert_return (invoke "any") (ref.null any))
(assert_return (invoke "extern") (ref.null extern))
(assert_trap (invoke "call") "null function reference")
(invoke "clear")
(assert_trap (invoke "last_s") "null structure reference")
(assert_return (invoke "empty") (ref.struct))
(assert_return (invoke "empty default") (ref.struct))
(assert_return (invoke "two empty are not one") (i32.const 0))
(assert_return (invoke "empty below a value") (i32.const 42))

;; Fields that differ in type only below the surface: immutable packed fields, initial values of
;; globals, and fields behind vectors, which take two slots.
(module
  (type $p (struct (field i8 i16) (field v128) (field $after i8) (field v128 v128) (field $end i16)))
  (global $p (ref $p) (struct.new $p (i32.const 0x80) (i32.const 0x8001) (v128.const i64x2 1 2)
    (i32.const 0x1FE) (v128.const i64x2 3 4) (v128.const i64x2 5 6) (i32.const 0xFFFF)))
  (global $d (ref $p) (struct.new_default $p))
  (func (export "get") (result i32 i32 i32 i32 v128 i32 i32 v128 v128 i32)
    (struct.get_s $p 0 (global.get $p)) (struct.get_u $p 0 (global.get $p))
    (struct.get_s $p 1 (global.get $p)) (struct.get_u $p 1 (global.get $p))
    (struct.get $p 2 (global.get $p))
    (struct.get_s $p $after (global.get $p)) (struct.get_u $p $after (global.get $p))
    (struct.get $p 4 (global.get $p)) (struct.get $p 5 (global.get $p))
    (struct.get_s $p $end (global.get $p)))
  (func (export "default") (result i32 v128 i32)
    (struct.get_s $p 1 (global.get $d)) (struct.get $p 5 (global.get $d))
    (struct.get_u $p $end (global.get $d)))
  ;; The operands of struct.new: constants, locals, and what a call changes meanwhile.
  (type $pair (struct (field i32 v128 i32)))
  (func $change (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func (export "operands") (param i32) (result i32 i32) (local $p (ref null $pair))
    (local.set $p (struct.new $pair (local.get 0) (v128.const i64x2 0 0)
      (local.tee 0 (call $change (local.get 0)))))
    (struct.get $pair 0 (local.get $p)) (struct.get $pair 2 (local.get $p)))
  (func (export "set through a tee") (param i32) (result i32)
    (local $q (ref null $pair))
    (struct.get $pair 0 (local.tee $q (struct.new $pair
      (local.get 0) (v128.const i64x2 0 0) (i32.const 0))))))
(assert_return (invoke "get") (i32.const -128) (i32.const 128) (i32.const -32767) (i32.const 0x8001)
  (v128.const i64x2 1 2) (i32.const -2) (i32.const 254) (v128.const i64x2 3 4)
  (v128.const i64x2 5 6) (i32.const -1))
(assert_return (invoke "default") (i32.const 0) (v128.const i64x2 0 0) (i32.const 0))
(assert_return (invoke "operands" (i32.const 21)) (i32.const 21) (i32.const 42))
(assert_return (invoke "set through a tee" (i32.const 9)) (i32.const 9))

;; Around the size up to which objects are allocated in line: 1,023 and 1,024 slots with the
;; references behind numbers; built of values, and default.
(module
  (type $box (struct (field (mut i32))))
  (type $at (struct (field
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (field $ref (mut (ref null $box)))))
  (type $above (struct (field
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (field $ref (mut (ref null $box)))))
  (func $4 (param i64) (result i64 i64 i64 i64)
    (local.get 0) (i64.add (local.get 0) (i64.const 1)) (i64.add (local.get 0) (i64.const 2))
    (i64.add (local.get 0) (i64.const 3)))
  (func $16 (param i64) (result
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (call $4 (local.get 0))
    (call $4 (i64.add (local.get 0) (i64.const 4)))
    (call $4 (i64.add (local.get 0) (i64.const 8)))
    (call $4 (i64.add (local.get 0) (i64.const 12))))
  (func $64 (param i64) (result
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (call $16 (local.get 0))
    (call $16 (i64.add (local.get 0) (i64.const 16)))
    (call $16 (i64.add (local.get 0) (i64.const 32)))
    (call $16 (i64.add (local.get 0) (i64.const 48))))
  (func $256 (param i64) (result
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64
    i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    (call $64 (local.get 0))
    (call $64 (i64.add (local.get 0) (i64.const 64)))
    (call $64 (i64.add (local.get 0) (i64.const 128)))
    (call $64 (i64.add (local.get 0) (i64.const 192))))
  (global $at (mut (ref null $at)) (struct.new_default $at))
  (global $above (mut (ref null $above)) (struct.new_default $above))
  (func (export "make") (param i32)
    (call $256 (i64.const 0)) (call $256 (i64.const 256)) (call $256 (i64.const 512))
    (call $64 (i64.const 768)) (call $64 (i64.const 832)) (call $64 (i64.const 896))
    (call $16 (i64.const 960)) (call $16 (i64.const 976)) (call $16 (i64.const 992))
    (call $4 (i64.const 1008)) (call $4 (i64.const 1012)) (call $4 (i64.const 1016))
    (i64.const 1020) (i64.const 1021) (struct.new $box (local.get 0))
    (global.set $at (struct.new $at))
    (call $256 (i64.const 0)) (call $256 (i64.const 256)) (call $256 (i64.const 512))
    (call $64 (i64.const 768)) (call $64 (i64.const 832)) (call $64 (i64.const 896))
    (call $16 (i64.const 960)) (call $16 (i64.const 976)) (call $16 (i64.const 992))
    (call $4 (i64.const 1008)) (call $4 (i64.const 1012)) (call $4 (i64.const 1016))
    (i64.const 1020) (i64.const 1021) (i64.const 1022) (struct.new $box (local.get 0))
    (global.set $above (struct.new $above)))
  (func (export "set") (param i32)
    (struct.set $at $ref (global.get $at) (struct.new $box (local.get 0)))
    (struct.set $above $ref (global.get $above) (struct.new $box (local.get 0))))
  (func (export "get") (result i64 i64 i64 i32 i64 i64 i64 i32)
    (struct.get $at 0 (global.get $at)) (struct.get $at 500 (global.get $at))
    (struct.get $at 1021 (global.get $at))
    (struct.get $box 0 (struct.get $at $ref (global.get $at)))
    (struct.get $above 0 (global.get $above)) (struct.get $above 500 (global.get $above))
    (struct.get $above 1022 (global.get $above))
    (struct.get $box 0 (struct.get $above $ref (global.get $above))))
  (func (export "are null") (result i32)
    (i32.and (ref.is_null (struct.get $at $ref (global.get $at)))
      (ref.is_null (struct.get $above $ref (global.get $above)))))
  (func (export "churn") (param i32) (local $kept (ref null $above))
    (local.set $kept (global.get $above))
    (loop $again
      (drop (struct.new_default $above)) (drop (struct.new_default $at))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (if (i32.eqz (ref.eq (local.get $kept) (global.get $above))) (then (unreachable)))))
(assert_return (invoke "are null") (i32.const 1))
(assert_return (invoke "set" (i32.const 3)))
(assert_return (invoke "get") (i64.const 0) (i64.const 0) (i64.const 0) (i32.const 3)
  (i64.const 0) (i64.const 0) (i64.const 0) (i32.const 3))
(assert_return (invoke "make" (i32.const 5)))
(assert_return (invoke "churn" (i32.const 300)))
(assert_return (invoke "get") (i64.const 0) (i64.const 500) (i64.const 1021) (i32.const 5)
  (i64.const 0) (i64.const 500) (i64.const 1022) (i32.const 5))
;; Recursion groups: the same group in another module is the same type, a group of other shape is not,
;; whatever the order of definition; supertypes more than eight levels deep.
(module $a
  (rec (type $node (sub (struct (field $next (mut (ref null $node))) (field $tree (mut (ref null $tree))))))
       (type $tree (sub (struct (field (mut (ref null $node)))))))
  (func (export "node") (result anyref) (struct.new_default $node))
  (func (export "tree") (result anyref) (struct.new_default $tree))
  (table (export "objects") 4 anyref)
  (global (export "last") (mut (ref null $node)) (struct.new $node (struct.new_default $node) (ref.null $tree))))
(register "a" $a)
(module
  (type (func (result i32)))
  (rec (type $n (sub (struct (field (mut (ref null $n))) (field (mut (ref null $t))))))
       (type $t (sub (struct (field (mut (ref null $n)))))))
  (rec (type $t2 (sub (struct (field (mut (ref null $n2))))))
       (type $n2 (sub (struct (field (mut (ref null $n2))) (field (mut (ref null $t2)))))))
  (import "a" "node" (func $node (result anyref)))
  (import "a" "tree" (func $tree (result anyref)))
  (import "a" "objects" (table 4 anyref))
  (import "a" "last" (global $last (mut (ref null $n))))
  (func (export "tests") (result i32 i32 i32 i32 i32 i32)
    (ref.test (ref $n) (call $node)) (ref.test (ref $t) (call $node))
    (ref.test (ref $t) (call $tree)) (ref.test (ref $n2) (call $node))
    (ref.test (ref $t2) (call $tree)) (ref.test (ref $n) (call $tree)))
  (func (export "use") (result i32)
    (struct.set $n 0 (global.get $last) (ref.cast (ref $n) (call $node)))
    (table.set (i32.const 1) (struct.get $n 0 (global.get $last)))
    (ref.eq (struct.get $n 0 (global.get $last)) (ref.cast eqref (table.get (i32.const 1))))))
(assert_return (invoke "tests") (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)
  (i32.const 0) (i32.const 0))
(assert_return (invoke "use") (i32.const 1))
(assert_unlinkable
  (module
    (type $n (sub (struct (field (mut (ref null $n))))))
    (import "a" "last" (global (mut (ref null $n)))))
  "incompatible import type")
