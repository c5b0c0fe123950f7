#pragma once

// Internal to actions/: libcurl, set up the one way that it is used.

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>

#include "actions/notify/address_guard.h"
#include "base/clock.h"
#include "base/result.h"

namespace levelwind::actions {

struct CurlFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using CurlHandle = std::unique_ptr<CURL, CurlFree>;

struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;
void Append(CurlList& list, const std::string& text);

/// What the guard said of one exchange; its address is given to libcurl.
struct CurlDoor {
  const AddressGuard* guard = nullptr;
  std::string host;
  bool refused = false;
};

/// Sets a handle up for one exchange with `url`: no redirects, no proxy, no other protocol than
/// `protocols` ("https,http"), certificates checked, and each address asked of the guard before it
/// is connected to. Clears what an earlier exchange had set; connections stay.
void PrepareCurl(CURL* curl, const std::string& url, const char* protocols, Duration timeout,
                 CurlDoor& door);
/// A handle; null: libcurl gives none.
CurlHandle MakeCurl();

/// Runs it. Errors that may be over soon are kUnavailable; none has more of the URL than its host.
Status PerformCurl(CURL* curl, const CurlDoor& door);

}  // namespace levelwind::actions
