# Writes OUT, the source of cli/build_info.h, when the commit of SOURCE_DIR has changed since the last build.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  set(commit unknown)
endif()
set(text "#include \"cli/build_info.h\"\n\nnamespace awd::cli {\n\nconst char* build_commit() { return \"${commit}\"; }\nconst char* source_folder() { return \"${SOURCE_DIR}\"; }\n\n}  // namespace awd::cli\n")
set(present "")
if(EXISTS ${OUT})
  file(READ ${OUT} present)
endif()
if(NOT present STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
