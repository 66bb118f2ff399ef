(module
  (tag $e (param i32))
  (func (result i32)
    try (result i32)
      i32.const 1
      throw $e
    catch $e
    catch_all
      i32.const 2
      rethrow 0
    end)
  (func
    (try $outer (do (try (do (throw $e (i32.const 1))) (delegate $outer)))
      (catch $e (drop)) (catch_all))))
