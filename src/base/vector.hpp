// A growable array over an Allocator.
#pragma once

#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "base/allocator.hpp"

namespace zwasm {

/// Growable array. `push_back`, `resize` and `reserve` end the process when memory is exhausted
/// (see Allocator::allocate_or_exit); `try_reserve` and `try_grow` report it. After a successful
/// `try_reserve(n)` the vector grows to n elements without allocating.
template <class T>
class Vector {
 public:
  explicit Vector(Allocator& allocator = system_allocator()) : allocator_(&allocator) {}
  Vector(const Vector&) = delete;
  Vector& operator=(const Vector&) = delete;
  Vector(Vector&& other) noexcept
      : allocator_(other.allocator_),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Vector& operator=(Vector&& other) noexcept {
    if (this != &other) {
      destroy();
      allocator_ = other.allocator_;
      data_ = std::exchange(other.data_, nullptr);
      size_ = std::exchange(other.size_, 0);
      capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
  }
  ~Vector() { destroy(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t capacity() const { return capacity_; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t i) {
    assert(i < size_);
    return data_[i];
  }
  const T& operator[](size_t i) const {
    assert(i < size_);
    return data_[i];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }
  operator std::span<const T>() const { return {data_, size_}; }
  operator std::span<T>() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }
  std::span<T> span() { return {data_, size_}; }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (size_ == capacity_) [[unlikely]] grow(size_ + 1);
    T* element = new (data_ + size_) T{std::forward<Args>(args)...};
    ++size_;
    return *element;
  }
  void push_back(const T& value) {
    if (size_ == capacity_) [[unlikely]] {
      T copy = value;  // `value` may live in this vector
      grow(size_ + 1);
      new (data_ + size_++) T(std::move(copy));
    } else {
      new (data_ + size_++) T(value);
    }
  }
  void push_back(T&& value) {
    if (size_ == capacity_) [[unlikely]] {
      T moved = std::move(value);
      grow(size_ + 1);
      new (data_ + size_++) T(std::move(moved));
    } else {
      new (data_ + size_++) T(std::move(value));
    }
  }
  void append(std::span<const T> values) {
    if (values.empty()) return;
    if (values.size() > capacity_ - size_) grow(size_ + values.size());
    for (const T& value : values) new (data_ + size_++) T(value);
  }
  void pop_back() {
    assert(size_ != 0);
    data_[--size_].~T();
  }
  void resize(size_t count) {
    if (count > capacity_) grow(count);
    while (size_ < count) new (data_ + size_++) T();
    while (size_ > count) pop_back();
  }
  void clear() { resize_down(0); }
  void resize_down(size_t count) {
    while (size_ > count) pop_back();
  }
  void reserve(size_t count) {
    if (count > capacity_) reallocate(count, /*may_fail=*/false);
  }
  /// Makes room for `count` elements in all; false when there is no memory.
  [[nodiscard]] bool try_reserve(size_t count) {
    return count <= capacity_ || reallocate(count, /*may_fail=*/true);
  }
  /// Makes room for `count` elements more, and for so many that a sequence of calls is linear in
  /// what it adds; false when there is no memory.
  [[nodiscard]] bool try_grow(size_t count) {
    if (count <= capacity_ - size_) return true;
    if (count > static_cast<size_t>(-1) / 2 - size_) return false;
    const size_t needed = size_ + count;
    const size_t doubled = capacity_ * 2;
    const size_t least = needed < 8 ? 8 : needed;
    return reallocate(doubled < least ? least : doubled, /*may_fail=*/true);
  }
  Allocator& allocator() const { return *allocator_; }

 private:
  /// Out of line, so that appending inlines to a comparison and a store.
  [[gnu::noinline, gnu::cold]] void grow(size_t needed) {
    const size_t doubled = capacity_ * 2;
    reallocate(doubled < needed ? (needed < 8 ? 8 : needed) : doubled, /*may_fail=*/false);
  }
  bool reallocate(size_t capacity, bool may_fail) {
    if (capacity > static_cast<size_t>(-1) / 2 / sizeof(T)) {
      if (may_fail) return false;
      capacity = static_cast<size_t>(-1) / 2 / sizeof(T);
    }
    const size_t bytes = capacity * sizeof(T);
    void* block = may_fail ? allocator_->allocate(bytes, alignof(T))
                           : allocator_->allocate_or_exit(bytes, alignof(T));
    if (block == nullptr) return false;
    T* data = static_cast<T*>(block);
    for (size_t i = 0; i < size_; ++i) {
      new (data + i) T(std::move(data_[i]));
      data_[i].~T();
    }
    allocator_->deallocate(data_, capacity_ * sizeof(T), alignof(T));
    data_ = data;
    capacity_ = capacity;
    return true;
  }
  void destroy() {
    clear();
    if (data_ != nullptr) allocator_->deallocate(data_, capacity_ * sizeof(T), alignof(T));
    data_ = nullptr;
    capacity_ = 0;
  }

  Allocator* allocator_;
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace zwasm
