#include "runtime/reservation_pool.hpp"

#include <utility>

#include "os/signals.hpp"

namespace zwasm {

ReservationPool::~ReservationPool() {
  for (const os::Mapping& reservation : idle_.span()) {
    os::unregister_reservation(reservation.base());
  }
}

os::Mapping ReservationPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      os::Mapping reservation = std::move(idle_.back());
      idle_.pop_back();
      return reservation;
    }
  }
  os::Mapping reservation = os::Mapping::reserve(guarded_reservation + guarded_guard);
  if (reservation && !os::register_reservation(reservation.base(), reservation.size())) return {};
  return reservation;
}

void ReservationPool::give_back(os::Mapping reservation, size_t committed) {
  if (reservation.decommit(0, committed)) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < max_idle_) {
      idle_.push_back(std::move(reservation));
      return;
    }
  }
  os::unregister_reservation(reservation.base());
}

}  // namespace zwasm
