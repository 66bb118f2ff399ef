;; Instructions written in order instead of folded: they push and pop an operand stack.
;; run: zwasm examples/wat/08_stack_machine.wat --invoke hypotenuse_squared 3 4
;; prints: 25
(module
  (func (export "hypotenuse_squared") (param $a i32) (param $b i32) (result i32)
    local.get $a   ;; a
    local.get $a   ;; a a
    i32.mul        ;; a*a
    local.get $b   ;; a*a b
    local.get $b   ;; a*a b b
    i32.mul        ;; a*a b*b
    i32.add))      ;; a*a+b*b
