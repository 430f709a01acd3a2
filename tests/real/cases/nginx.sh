# A server with worker processes, sendfile, a reload; curl.
# needs: nginx curl
rm -rf /tmp/nginx && mkdir -p /tmp/nginx/html /var/log/nginx && cd /tmp/nginx || exit
seq 20000 > html/a.txt
cat > conf << 'CONF'
user root; worker_processes 2; pid /tmp/nginx/pid; error_log /tmp/nginx/errors;
events { worker_connections 64; }
http {
    access_log off; sendfile on; gzip on; gzip_types text/plain;
    client_body_temp_path /tmp/nginx/1; proxy_temp_path /tmp/nginx/2;
    fastcgi_temp_path /tmp/nginx/3; uwsgi_temp_path /tmp/nginx/4;
    scgi_temp_path /tmp/nginx/5; default_type text/plain;
    server {
        listen 127.0.0.1:18080; root /tmp/nginx/html;
        location /hello { return 200 "hello $uri\n"; }
    }
}
CONF
get() { curl -s "$@"; }
nginx -c /tmp/nginx/conf
for i in $(seq 20); do get -o /dev/null http://127.0.0.1:18080/ && break; sleep 0.2; done
for i in 1 2 3; do get http://127.0.0.1:18080/hello$i; done
get http://127.0.0.1:18080/a.txt | md5sum
get --compressed http://127.0.0.1:18080/a.txt | md5sum
get -o /dev/null -w '%{http_code}\n' http://127.0.0.1:18080/none
nginx -c /tmp/nginx/conf -s reload 2> /dev/null
sleep 0.5
get http://127.0.0.1:18080/hello-again
nginx -c /tmp/nginx/conf -s quit 2> /dev/null
for i in $(seq 20); do [ -e pid ] || break; sleep 0.2; done
[ -e pid ] || echo "it has ended"
