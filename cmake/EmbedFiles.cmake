# Writes OUT: std::string_view awd::NAMESPACE::embedded_file(std::string_view name) over FILES (their base names).
# An unknown name gives an empty view.
set(body "#include <string_view>\nnamespace awd::${NAMESPACE} {\nstd::string_view embedded_file(std::string_view name) {\n")
foreach(file ${FILES})
  get_filename_component(base ${file} NAME)
  file(READ ${file} text)
  string(APPEND body "  if (name == \"${base}\") return R\"AWDFILE(${text})AWDFILE\";\n")
endforeach()
string(APPEND body "  return {};\n}\n}\n")
file(WRITE ${OUT} "${body}")
