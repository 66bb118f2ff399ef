#include "fuzz/subject.hpp"

namespace zwasm::fuzz {

const std::string_view surroundings_text = R"((module
  (tag (export "pair") (param i32 f64))
  (tag (export "empty"))
  (global (export "number") i32 (i32.const 7))
  (global (export "counter") (mut i64) (i64.const 0x123456789))
  (memory (export "memory") 1 3)
  (data (i32.const 100) "\01\80\7f\ff surroundings")
  (table (export "table") 6 20 funcref)
  (elem (i32.const 1) func $count $mix)
  (func $count (export "count")
    (global.set 1 (i64.add (global.get 1) (i64.const 1))))
  (func $mix (export "mix") (param i32 i64 f32 f64) (result i64)
    (i64.add
      (i64.mul (i64.extend_i32_u (local.get 0)) (i64.const 0x9E3779B97F4A7C15))
      (i64.xor (local.get 1)
               (i64.add (i64.extend_i32_s (i32.reinterpret_f32 (local.get 2)))
                        (i64.rotl (i64.reinterpret_f64 (local.get 3)) (i64.const 9))))))
  (func (export "two") (param i32) (result i32 i64)
    (i32.popcnt (local.get 0)) (i64.load (i32.and (local.get 0) (i32.const 0xFF))))
  (func (export "same") (param externref funcref) (result externref)
    (table.set (i32.const 3) (local.get 1))
    (local.get 0))
  (func (export "vector") (param v128) (result v128)
    (i8x16.add (local.get 0) (v128.const i32x4 1 2 3 4)))
  (func (export "throw") (param i32)
    (if (i32.and (local.get 0) (i32.const 1))
      (then (throw 0 (local.get 0) (f64.const 1.5))))
    (if (i32.and (local.get 0) (i32.const 2)) (then (throw 1))))
  (func (export "catch") (param i32) (result i32)
    (block $caught (result i32 f64)
      (try_table (catch 0 $caught)
        (call_indirect (local.get 0)))
      (return (i32.const -1)))
    (drop))
))";

const std::string_view surroundings_imports_text = R"((module
  (import "env" "pair" (tag (param i32 f64)))
  (import "env" "empty" (tag))
  (import "env" "number" (global i32))
  (import "env" "counter" (global (mut i64)))
  (import "env" "memory" (memory 1 3))
  (import "env" "table" (table 6 20 funcref))
  (import "env" "count" (func))
  (import "env" "mix" (func (param i32 i64 f32 f64) (result i64)))
  (import "env" "two" (func (param i32) (result i32 i64)))
  (import "env" "same" (func (param externref funcref) (result externref)))
  (import "env" "vector" (func (param v128) (result v128)))
  (import "env" "throw" (func (param i32)))
  (import "env" "catch" (func (param i32) (result i32)))
))";

}  // namespace zwasm::fuzz
