#include "api/http.h"

namespace levelwind::api {

Response TextResponse(int status, std::string content_type, std::string text) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body.push_back(std::make_shared<const std::string>(std::move(text)));
  return response;
}

}  // namespace levelwind::api
