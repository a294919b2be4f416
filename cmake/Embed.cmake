# trinity_embed(room files...): the files become texts of the program. Each is a std::string_view in generated/<room>/embedded.h,
# named after the file: api/openapi.yaml is openapi_yaml. The delimiter must not occur in them.
function(trinity_embed room)
  set(texts "")
  foreach(file ${ARGN})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
    file(READ ${CMAKE_SOURCE_DIR}/${file} text)
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} name)
    string(APPEND texts "inline constexpr std::string_view ${name} = R\"embedded_text(${text})embedded_text\";\n")
  endforeach()
  file(
    CONFIGURE
    OUTPUT ${CMAKE_BINARY_DIR}/generated/${room}/embedded.h
    CONTENT "#pragma once\n#include <string_view>\n\nnamespace trinity::${room}::embedded {\n\n@texts@\n}\n"
    @ONLY)
  target_include_directories(trinity_${room} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
