# A tiny evaluation in one process, in two, and in two halves that are merged: the logs must be equal but for the times.
set(common --tasks put_red_cube --scenario clean,nudge --trials 2 --max-steps 4 --no-video --json -)
file(REMOVE_RECURSE ${FOLDER})

# run(NAME ARG...): `awd ARG... --out FOLDER/NAME` must succeed.
function(run name)
  execute_process(COMMAND ${PROGRAM} ${ARGN} --out ${FOLDER}/${name} OUTPUT_QUIET ERROR_VARIABLE err RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${name}: exit code ${code}\n${err}")
  endif()
  if(EXISTS ${FOLDER}/${name}/shards)
    message(FATAL_ERROR "${name}: the shards are still there")
  endif()
endfunction()

# expect_equal(A B): the logs of both runs, without their times.
function(expect_equal a b)
  foreach(file episodes.jsonl steps.jsonl)
    foreach(name ${a} ${b})
      file(READ ${FOLDER}/${name}/${file} text)
      string(REGEX REPLACE "\"[a-z]+_ms\":[-+.0-9e]+" "" text_${name} "${text}")
    endforeach()
    if(NOT text_${a} STREQUAL text_${b})
      message(FATAL_ERROR "${file} of ${a} and ${b} differ")
    endif()
  endforeach()
endfunction()

set(arms none,awd-aligned,random:matched)
run(one eval ${common} --arms ${arms} --processes 1)
run(two eval ${common} --arms ${arms} --processes 2)
expect_equal(one two)

run(half_a eval ${common} --arms none --processes 1)
run(half_b eval ${common} --arms awd-aligned,random:matched --processes 2 --resume)
run(merged merge ${FOLDER}/half_a ${FOLDER}/half_b)
expect_equal(one merged)
foreach(file figures/clean.png figures/nudge.svg results.json run.json)
  if(NOT EXISTS ${FOLDER}/merged/${file})
    message(FATAL_ERROR "merged: no ${file}")
  endif()
endforeach()

# The same episodes twice are refused.
execute_process(COMMAND ${PROGRAM} merge ${FOLDER}/half_a ${FOLDER}/one --out ${FOLDER}/twice
  OUTPUT_QUIET ERROR_VARIABLE err RESULT_VARIABLE code)
if(NOT code EQUAL 2 OR NOT err MATCHES "expected episodes that .*half_a has not")
  message(FATAL_ERROR "twice: exit code ${code}\n${err}")
endif()
