// A value or an Error.
#pragma once

#include <memory>
#include <new>
#include <utility>

#include "base/error.hpp"

namespace zwasm {

/// A T, or the Error that says why there is none. The error is kept out of line: results are small
/// and success costs one word.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : ok_(true) { new (&value_) T(std::move(value)); }
  Result(Error error) : ok_(false) { error_ = new Error(std::move(error)); }
  Result(std::unique_ptr<Error> error) : ok_(false) { error_ = error.release(); }
  Result(Result&& other) noexcept : ok_(other.ok_) {
    if (ok_) {
      new (&value_) T(std::move(other.value_));
    } else {
      error_ = std::exchange(other.error_, nullptr);
    }
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      this->~Result();
      new (this) Result(std::move(other));
    }
    return *this;
  }
  ~Result() {
    if (ok_) {
      value_.~T();
    } else {
      delete error_;
    }
  }

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  T& value() & { return value_; }
  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }
  T& operator*() & { return value_; }
  T* operator->() { return &value_; }
  const T* operator->() const { return &value_; }
  const Error& error() const { return *error_; }
  Error take_error() { return std::move(*error_); }
  /// The error where it is, for another Result.
  std::unique_ptr<Error> release_error() {
    return std::unique_ptr<Error>(std::exchange(error_, nullptr));
  }

 private:
  bool ok_;
  union {
    T value_;
    Error* error_;
  };
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(new Error(std::move(error))) {}
  Result(std::unique_ptr<Error> error) : error_(std::move(error)) {}

  bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }
  Error take_error() { return std::move(*error_); }
  std::unique_ptr<Error> release_error() { return std::move(error_); }

 private:
  std::unique_ptr<Error> error_;
};

using Status = Result<void>;

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define ZWASM_TRY(expression)                                    \
  __extension__({                                                \
    auto zwasm_try_result = (expression);                        \
    if (!zwasm_try_result.ok()) return zwasm_try_result.release_error(); \
    std::move(zwasm_try_result).value();                         \
  })

/// The same for a Status.
#define ZWASM_CHECK(expression)                                        \
  do {                                                                 \
    auto zwasm_try_status = (expression);                              \
    if (!zwasm_try_status.ok()) return zwasm_try_status.release_error(); \
  } while (false)

}  // namespace zwasm
