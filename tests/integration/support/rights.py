"""A server of ClickHouse that keeps users, roles and rights, which the engine of the tests only parses: in front of that, it keeps what
CREATE, GRANT and REVOKE say as the engine spells it, and tells it as SHOW ACCESS does.  ALTER is parsed, and changes whom a profile is for."""

import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCESS = re.compile(r"\s*(CREATE|ALTER|DROP)\s+(USER|ROLE|QUOTA|SETTINGS PROFILE|ROW POLICY)\s+(.*)|\s*(GRANT|REVOKE)\b.*", re.S)


class Rights:
    def __init__(self, behind, database):
        self.behind, self.database, self.made, self.granted = behind, database, {}, []
        rights = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version, disable_nagle_algorithm, wbufsize = "HTTP/1.1", True, 65536

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer, headers = rights.answer(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.wfile.flush()

            do_GET = do_POST

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def ask(self, sql):
        with urllib.request.urlopen(self.behind, sql.encode(), timeout=60) as answer:
            return answer.read().decode().strip()

    def forward(self, path, headers, body):
        request = urllib.request.Request(self.behind.rstrip("/") + path, body, {k: v for k, v in headers.items() if k.lower() != "host"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read(), [(k, v) for k, v in answer.headers.items() if k.startswith("X-")]
        except urllib.error.HTTPError as error:
            return error.code, error.read(), [(k, v) for k, v in error.headers.items() if k.startswith("X-")]

    def answer(self, path, headers, body):
        sql = body.decode()
        if sql.startswith("SHOW ACCESS"):
            lines = [*self.made.values(), *self.granted]
            return 200, "".join(line + "\n" for line in ["ACCESS", *(line.replace("\\", "\\\\") for line in lines)]).encode(), []
        if "FROM system.users WHERE storage" in sql:
            names = [f"{kind.lower().replace(' ', '_')} {name}" for kind, name in self.made if not name.startswith("config_")]
            return 200, "".join(line + "\n" for line in ["name", *names]).encode(), []
        found = ACCESS.match(sql)
        if not found:
            return self.forward(path, headers, body)
        try:
            self.keep(found, sql)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), [("X-ClickHouse-Exception-Code", "62")]
        return 200, b"", []

    def keep(self, found, sql):
        quoted = sql.replace("\\", "\\\\").replace("'", "\\'")
        spelled = self.ask(f"SELECT formatQuerySingleLine('{quoted}') FORMAT TSVRaw")
        spelled = re.sub(r" BY '[^']*'", "", spelled)
        spelled = re.sub(r" ON (\w+|\*)(?= |$)", rf" ON {self.database}.\1", spelled)
        verb, kind, rest = found.group(1), found.group(2), found.group(3)
        if not verb:
            self.granted.append(spelled)
            return
        name = rest.split()[0].strip("`;")
        if kind == "ROW POLICY":
            name = f"{name} ON {self.database}.{rest.split()[2].rstrip(';')}"
        if verb == "CREATE":
            self.made[kind, name] = spelled
        elif verb == "DROP":
            del self.made[kind, name]
            self.granted = [line for line in self.granted if not re.search(rf"(TO|FROM) {re.escape(name)}\b", line)]
        elif kind == "SETTINGS PROFILE" and " TO " in spelled:
            self.made[kind, name] = self.made[kind, name].split(" TO ")[0] + " TO " + spelled.split(" TO ")[1]
