"""The web servers of Debian, each with one process for a core (or one for each connection), no access log, no limit
of requests on a connection, and the same files: of these, only nginx can greet without one. Apache is there for its
design, a process for each connection; its event module costs no less, and closes kept connections that are too many."""

import dataclasses

from benchmarks.compare.documents import FILES
from benchmarks.compare.server import Server

NGINX = Server(
    "nginx",
    "nginx -p $folder -e stderr -c $configuration",
    package="nginx-light",
    configuration="""\
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log stderr;
events { worker_connections 20000; }
http {
  access_log off;
  default_type text/plain;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  keepalive_timeout 60;
  client_body_temp_path $folder/body;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  server {
    listen 127.0.0.1:$port backlog=4096;
    root $root;
    location = /hello { return 200 "Hello, World!\\n"; }
  }
}
""",
)

NGINX_CACHE = dataclasses.replace(
    NGINX,
    name="nginx-cache",
    configuration=NGINX.configuration.replace(
        "  sendfile on;\n", "  sendfile on;\n  open_file_cache max=512;\n  open_file_cache_valid 10s;\n"
    ),
    documents=FILES,
)

LIGHTTPD = Server(
    "lighttpd",
    "lighttpd -D -f $configuration",
    package="lighttpd",
    configuration="""\
server.bind = "127.0.0.1"
server.port = $port
server.listen-backlog = 4096
server.document-root = "$root"
server.modules = ()
server.upload-dirs = ( "$folder" )
server.max-fds = 20000
server.max-connections = 15000
server.max-keep-alive-requests = 1000000
server.max-keep-alive-idle = 60
mimetype.assign = ( "" => "text/plain" )
""",
)

H2O = Server(
    "h2o",
    "h2o -c $configuration",
    package="h2o",
    configuration="""\
listen:
  host: 127.0.0.1
  port: $port
num-threads: 1
max-connections: 20000
http1-request-timeout: 60
pid-file: $folder/h2o.pid
error-log: /dev/stderr
file.mime.setdefaulttype: text/plain
hosts:
  default:
    paths:
      /:
        file.dir: $root
""",
)

APACHE = Server(
    "apache-prefork",
    "apache2 -DFOREGROUND -f $configuration",
    package="apache2",
    most_connections=1000,
    configuration="""\
ServerRoot $folder
DefaultRuntimeDir $folder
PidFile $folder/apache.pid
ServerName localhost
Listen 127.0.0.1:$port
ListenBacklog 4096
LoadModule mpm_prefork_module /usr/lib/apache2/modules/mod_mpm_prefork.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
User nobody
Group nogroup
ErrorLog /dev/stderr
ServerLimit $processes
MaxRequestWorkers $processes
StartServers $processes
MinSpareServers 1
MaxSpareServers $processes
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
EnableSendfile On
DocumentRoot $root
<Directory $root>
Require all granted
</Directory>
""",
)

STATIC_PEERS = (NGINX, LIGHTTPD, H2O, APACHE)
