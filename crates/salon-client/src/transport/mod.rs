//! How bytes travel between the client and its server. The only place with sockets and HTTP.
