// One episode for the player: a column per quantity instead of an object per step, with four significant digits.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "io/episode_log.h"

namespace awd::report {

/// Keys of the object, for `n` steps:
///   episode, trial, seed (text: 64 bits), success, n
///   queried   text of n characters: 1 recompute, 0 reuse
///   reason    text of n characters: 'a' + number of the Reason
///   phases    [[first step, word], ..], one entry per change
///   events    [[step, word], ..]: what the scenario changed just before a step
///   age       column, steps
///   work      column; absent where it is what `queried` says
///   scores    name -> column, those that were computed at any step
///   cameras   name -> [column per camera], as above
///   ms        stage -> column, those that ran at any step
/// A column is one text, values separated by commas; nothing between two commas: not computed.
nlohmann::ordered_json episode_columns(const EpisodeLog& episode, std::span<const StepLog> steps);

}  // namespace awd::report
