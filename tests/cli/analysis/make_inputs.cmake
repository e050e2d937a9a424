# Makes what the tests of the analysis commands read, in FOLDER: an HDF5 file of `awd record`, a run directory of
# `awd eval`, the files of make_demos, and folders that are no input at all. See CMakeLists.txt.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/demos ${FOLDER}/empty ${FOLDER}/outputs)

# make(ARG...): the program must succeed.
function(make)
  execute_process(COMMAND ${ARGN} OUTPUT_QUIET ERROR_VARIABLE err RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}: exit code ${code}\n${err}")
  endif()
endfunction()

make(${MAKE_DEMOS} ${FOLDER}/demos)
make(${AWD} record --episodes 1 --tasks put_red_cube --size 112 --out ${FOLDER}/recorded.hdf5)
make(${AWD} eval --arms none,awd-restart --tasks put_red_cube --scenario nudge --trials 1 --max-steps 12 --no-video
  --processes 1 --out ${FOLDER}/run)
make(${AWD} eval --arms none --tasks put_red_cube --trials 1 --max-steps 2 --no-video --no-steps-log --processes 1
  --out ${FOLDER}/no_steps)

# Run directories with a manifest and no more, and with a log that ends in the middle of a line.
file(MAKE_DIRECTORY ${FOLDER}/no_logs)
file(COPY ${FOLDER}/run/run.json DESTINATION ${FOLDER}/no_logs)
file(COPY ${FOLDER}/run/ DESTINATION ${FOLDER}/cut_log)
file(READ ${FOLDER}/run/steps.jsonl steps)
string(LENGTH "${steps}" length)
math(EXPR half "${length} / 2")
string(SUBSTRING "${steps}" 0 ${half} steps)
file(WRITE ${FOLDER}/cut_log/steps.jsonl "${steps}")
