"""nginx.py: the proxy in front of the instances

SPDX-License-Identifier: GPL-3.0-or-later
"""

import shutil
import signal
import socket

from services import Missing, Service

CONFIGURATION = '''
worker_processes 1;
daemon off;
user root;
pid {folder}/pid;
error_log {folder}/errors warn;
events {{ worker_connections 8000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream confab {{
        {servers}
    }}
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://confab;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_connect_timeout 1s;
            proxy_read_timeout 90s;
            proxy_buffering off;
            add_header X-Upstream $upstream_addr always;
        }}
    }}
}}
'''


class Nginx(Service):
    name = 'nginx'

    def __init__(self, upstreams):
        if shutil.which('nginx') is None:
            raise Missing('nginx is not installed')
        super().__init__()
        servers = '\n        '.join(f'server {host}:{port} max_fails=1 fail_timeout=1s;' for host, port in upstreams)
        path = self.folder / 'nginx.conf'
        path.write_text(CONFIGURATION.format(folder=self.folder, port=self.port, servers=servers))

    def command(self):
        return ['nginx', '-p', str(self.folder), '-c', str(self.folder / 'nginx.conf'), '-e', str(self.folder / 'log')]

    def answers(self):
        with socket.create_connection(('127.0.0.1', self.port), timeout=1):
            return True

    def reload(self):
        """Another worker takes over; the old one goes once its last connection has ended."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        """Politely: a master that is killed leaves its workers behind."""
        self.stop()
