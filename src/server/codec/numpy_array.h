// numpy's element types by name ("<f4", "|u1"), and the check that an array's bytes are what its shape says.
#pragma once

#include <string_view>

#include "server/codec/message.h"

namespace awd::server {

/// The header fields of an array; kOther with 0 bytes for elements that are no numbers of this machine.
ArrayView parse_dtype(std::string_view dtype);

/// Throws awd::Error, naming the array, unless `data` is as long as `shape` and the element type ask for.
/// Arrays of kOther are not checked.
void check_array(const ArrayView& array, std::string_view name);

}  // namespace awd::server
