;; A jump by number: the days of a month, where 2 is February of a common year.
;; run: zwasm examples/wat/22_br_table.wat --invoke days 2
;; prints: 28
(module
  (func (export "days") (param $month i32) (result i32)
    (block $none
      (block $thirty
        (block $february
          (block $thirty_one
            ;;        0     1           2         3           4       5           6
            (br_table $none $thirty_one $february $thirty_one $thirty $thirty_one $thirty
            ;;        7           8           9       10          11      12          more
                      $thirty_one $thirty_one $thirty $thirty_one $thirty $thirty_one $none
              (local.get $month)))
          (return (i32.const 31)))
        (return (i32.const 28)))
      (return (i32.const 30)))
    (i32.const 0)))
