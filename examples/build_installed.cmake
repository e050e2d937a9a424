# Installs the libraries of BUILD under FOLDER, builds PROJECT against them with find_package(awd), runs it on POLICY.
file(REMOVE_RECURSE ${FOLDER})
foreach(command
    "${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/prefix --component development"
    "${CMAKE_COMMAND} -S ${PROJECT} -B ${FOLDER}/build -G Ninja -DCMAKE_PREFIX_PATH=${FOLDER}/prefix -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_BUILD_TYPE=Release"
    "${CMAKE_COMMAND} --build ${FOLDER}/build"
    "${FOLDER}/build/own_loop ${POLICY}")
  separate_arguments(words UNIX_COMMAND "${command}")
  execute_process(COMMAND ${words} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
