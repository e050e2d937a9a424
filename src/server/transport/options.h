// Where the server listens, and the limits that no client can exceed.
#pragma once

#include <string>

#include "awd/options.h"

namespace awd::server {

struct ServerLimits {
  int max_message = 64;
  int max_clients = 64;
  int max_waiting = 64;
  double max_rate = 0;
  double idle_timeout = 3600;
  double write_timeout = 30;

  template <class V>
  void visit(V&& v) {
    v(Field{"max_message", "MiB", "largest request; a client that sends more is closed (1009)", 1, 1024}, max_message);
    v(Field{"max_clients", "", "policy clients at once; more are refused (HTTP 503)", 1, 10000}, max_clients);
    v(Field{"max_waiting", "requests", "requests of all clients that wait for the policy; one more is closed (1013)", 1,
            10000},
      max_waiting);
    v(Field{"max_rate", "Hz", "requests a second of one client, earlier ones wait; 0 is no limit", 0, 1e6}, max_rate);
    v(Field{"idle_timeout", "s", "a client that asks nothing for so long is closed; 0 is no limit", 0, 1e7},
      idle_timeout);
    v(Field{"write_timeout", "s", "a client that does not take its reply for so long is closed", 0.1, 1e5},
      write_timeout);
  }
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8000;
  int workers = 1;
  std::string api_key{};
  std::string tls_certificate{};
  std::string tls_key{};
  ServerLimits limits{};

  template <class V>
  void visit(V&& v) {
    v(Field{"host", "ADDRESS", "address to listen at; 0.0.0.0 is every network, which wants --api-key and TLS"}, host);
    v(Field{"port", "", "0 takes a free one, which is printed", 0, 65535}, port);
    v(Field{"workers", "threads", "sessions that run their policy at once; each uses the threads of --threads", 1, 256},
      workers);
    v(Field{"api_key", "KEY",
            "clients must send the header \"Authorization: Api-Key KEY\"; empty: the variable AWD_API_KEY; both empty: "
            "not checked"},
      api_key);
    v(Field{"tls_certificate", "FILE", "PEM chain; with --tls-key the server speaks wss:// and https://"},
      tls_certificate);
    v(Field{"tls_key", "FILE", "PEM private key of --tls-certificate"}, tls_key);
    limits.visit(v);
  }
};

}  // namespace awd::server
