"""A Matrix homeserver with an account and a room, in the directory and on the port that are given.
Prints where and with which token to write; for each line on standard input, what is in the room."""
import ctypes
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

directory, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])
base = f"http://127.0.0.1:{port}"
(directory / "homeserver.yaml").write_text(
    f"""
server_name: mx.example
pid_file: {directory}/pid
report_stats: false
suppress_key_server_warning: true
signing_key_path: {directory}/signing.key
media_store_path: {directory}/media
registration_shared_secret: only for this test
macaroon_secret_key: only for this test
form_secret: only for this test
trusted_key_servers: []
database:
  name: sqlite3
  args:
    database: {directory}/homeserver.db
listeners:
  - port: {port}
    type: http
    bind_addresses: ["127.0.0.1"]
    resources:
      - names: [client]
log_config: {directory}/log.yaml
"""
)
(directory / "log.yaml").write_text("version: 1\nroot:\n  level: ERROR\n")
config = str(directory / "homeserver.yaml")
python = [sys.executable, "-m", "synapse.app.homeserver", "--config-path", config]
subprocess.run([*python, "--generate-keys"], check=True, stdout=subprocess.DEVNULL)
PR_SET_PDEATHSIG, SIGTERM = 1, 15
server = subprocess.Popen(
    python,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    # However this script ends, the server does not outlive it.
    preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGTERM),
)


def call(method, path, body=None, token=None):
    request = urllib.request.Request(base + path, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data) as answer:
        return json.load(answer)


try:
    for _ in range(600):
        try:
            call("GET", "/_matrix/client/versions")
            break
        except OSError:
            time.sleep(0.1)
    register = [sys.executable, "-m", "synapse._scripts.register_new_matrix_user"]
    user = ["-u", "bot", "-p", "only for this test", "--no-admin", "-c", config, base]
    subprocess.run([*register, *user], check=True, stdout=subprocess.DEVNULL)
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "bot"},
        "password": "only for this test",
    }
    token = call("POST", "/_matrix/client/v3/login", login)["access_token"]
    room = call("POST", "/_matrix/client/v3/createRoom", {}, token)["room_id"]
    print(json.dumps({"url": base, "token": token, "room": room}), flush=True)
    for _ in sys.stdin:
        path = f"/_matrix/client/v3/rooms/{room}/messages?dir=f&limit=100"
        events = call("GET", path, token=token)["chunk"]
        messages = [event for event in events if event["type"] == "m.room.message"]
        print(json.dumps(messages), flush=True)
finally:
    server.terminate()
    server.wait()
