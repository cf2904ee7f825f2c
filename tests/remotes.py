"""Servers on this machine that keep what DVC pushes, and a connection to them that can be cut."""

from __future__ import annotations

import getpass
import importlib.util
import json
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from killing import waits_for

HERE = "127.0.0.1"


class Connection:
    """Carries bytes between a port of its own and a server's: all of them, some, or none.

    `left` are the bytes of answers that still come (None: all); then it closes, or says nothing more where `mute`.
    """

    def __init__(self, server: int):
        self.server, self.left, self.mute = server, None, False
        self.port = 0
        self.listener: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        """Take connections, at the same port as before."""
        self.listener = socket.create_server((HERE, self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def refuse(self) -> None:
        """From now on nobody is at the port."""
        assert self.listener is not None
        self.listener.shutdown(socket.SHUT_RDWR)  # close alone leaves a thread that accepts once more
        self.listener.close()

    def restore(self) -> None:
        self.left, self.mute = None, False

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client = listener.accept()[0]
                server = socket.create_connection((HERE, self.server))
                threading.Thread(target=self._carry, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, client, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while content := source.recv(8192):
                if answers and self.left is not None:
                    self.left -= len(content)
                    if self.left < 0:
                        while self.mute:
                            time.sleep(0.1)
                        break
                target.sendall(content)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class S3:
    """A bucket of moto, whose only user may do anything in it, and nobody else something."""

    patience = "    read_timeout = 3\n"

    def __init__(self, folder: Path):
        for package in ("dvc_s3", "moto", "boto3"):
            if importlib.util.find_spec(package) is None:
                pytest.skip(f"no {package}: pip install '.[test-remotes]'")
        import boto3
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(HERE, 0, verbose=False)
        self.server.start()
        port = self.server.get_host_and_port()[1]
        anyone = {"aws_access_key_id": "a", "aws_secret_access_key": "a", "region_name": "us-east-1"}
        given: dict[str, Any] = {"endpoint_url": f"http://{HERE}:{port}"}
        users = boto3.client("iam", **given | anyone)
        users.create_user(UserName="lab")
        anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        users.put_user_policy(UserName="lab", PolicyName="lab", PolicyDocument=json.dumps(anything))
        key = users.create_access_key(UserName="lab")["AccessKey"]
        self.key = key["AccessKeyId"], key["SecretAccessKey"]
        own = {"aws_access_key_id": self.key[0], "aws_secret_access_key": self.key[1]}
        self.bucket = boto3.client("s3", **given | anyone | own)
        self.bucket.create_bucket(Bucket="lab")
        answer = socket.create_connection((HERE, port))  # from now on moto looks at keys
        answer.sendall(b"POST /moto-api/reset-auth HTTP/1.0\r\nContent-Length: 1\r\n\r\n0")
        assert b" 200 " in answer.recv(100)
        self.connection = Connection(port)
        self.remote = f"    url = s3://lab/deepemg\n    endpointurl = http://{HERE}:{self.connection.port}\n"

    def credentials(self, right: bool) -> str:
        return f"    access_key_id = {self.key[0]}\n    secret_access_key = {self.key[1] if right else 'wrong'}\n"

    def read(self, place: str) -> bytes:
        return bytes(self.bucket.get_object(Bucket="lab", Key=f"deepemg/{place}")["Body"].read())

    def write(self, place: str, content: bytes) -> None:
        self.bucket.put_object(Bucket="lab", Key=f"deepemg/{place}", Body=content)

    def stop(self) -> None:
        self.server.stop()


class SSH:
    """Debian's sshd with a host key and a user's key of its own, and a folder as store."""

    patience = ""  # that of ~/.ssh/config

    def __init__(self, folder: Path):
        if importlib.util.find_spec("dvc_ssh") is None:
            pytest.skip("no dvc_ssh: pip install '.[test-remotes]'")
        sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        if sshd is None:
            pytest.skip("no sshd: apt-get install openssh-server")
        for name in ("host", "lab", "stranger"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True)
        with socket.create_server((HERE, 0)) as free:
            port = free.getsockname()[1]
        (folder / "config").write_text(
            f"ListenAddress {HERE}\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/lab.pub\n"
            "StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            "PermitRootLogin prohibit-password\nPidFile none\nSubsystem sftp internal-sftp\n"
        )
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # Debian's service makes it, where it runs
        log = (folder / "log").open("w")
        self.process = subprocess.Popen([sshd, "-D", "-e", "-f", str(folder / "config")], stderr=log)
        waits_for(lambda: "listening" in (folder / "log").read_text(), 20)
        self.folder, self.store = folder, folder / "store"
        self.connection = Connection(port)
        self.remote = f"    url = ssh://{HERE}:{self.connection.port}{self.store}\n    user = {getpass.getuser()}\n"

    def credentials(self, right: bool) -> str:
        return f"    keyfile = {self.folder / ('lab' if right else 'stranger')}\n"

    def read(self, place: str) -> bytes:
        return (self.store / place).read_bytes()

    def write(self, place: str, content: bytes) -> None:
        (self.store / place).write_bytes(content)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@contextmanager
def serving(kind: type[S3] | type[SSH], folder: Path) -> Iterator[S3 | SSH]:
    """A server of this kind, for as long as the block lasts. Skips where the machine has none."""
    server = kind(folder)
    try:
        yield server
    finally:
        server.stop()
