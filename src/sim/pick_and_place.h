// The pieces of experts that pick something up and put it somewhere.
#pragma once

#include "sim/expert.h"

namespace awd::sim {

/// Where and how a held object is put down. Heights are those of the TCP above the table, distances horizontal; m.
struct PlaceSpec {
  Vec3 spot{};  // where the hand has to be horizontally when it lets go (its height is not used)
  double release_height = 0;
  double release_tolerance = 0;  // lets go below release_height + this ...
  double let_go_distance = 0;    // ... and this near the spot
  double free_distance = 0;      // within this the hand comes all the way down
  double travel_height = 0.16;   // on the way there
};

/// Goes for an object that stands free: over it in a funnel, down, fingers closed when it is between them, opened again
/// after a miss. The object may stand anywhere; the funnel keeps the hand clear of it on the way.
HandGoal approach(const SceneState& scene, int object);

/// Carries what is held: rise, travel, down in a cone over the spot, let go.
HandGoal carry(const SceneState& scene, const PlaceSpec& place);

/// After letting go over `spot`: opens, then leaves upwards.
HandGoal release(const SceneState& scene, const Vec3& spot);

/// How objects go into the bin.
PlaceSpec into_bin(const SceneState& scene);

/// Picks object `object` (index into kObjects) and drops it into the bin. Pure and thread-safe.
ExpertMove pick_into_bin(const SceneState& scene, int object);

}  // namespace awd::sim
