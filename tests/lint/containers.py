#!/usr/bin/env python3
"""containers.py: the compose file opens one door, holds no secret, and pins what it starts; so does the Containerfile

SPDX-License-Identifier: GPL-3.0-or-later

No container engine runs in the development root, so this is what can be known without one.
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tree import ROOT, finish, skip, text

FOLDER = 'data/container'
DOOR = 'nginx'
SECRET_NAME = re.compile(r'PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(?<!_)KEY(?!_?FILE)', re.IGNORECASE)
PASSWORD_IN_ADDRESS = re.compile(r'://[^/\s:@]*:[^@\s]+@')
PINNED = re.compile(r':(?:\d[\w.-]*|[a-z]+-slim)(?:@sha256:[0-9a-f]{64})?$')
BUILD_ONLY = re.compile(r'-dev$|^(?:gcc|g\+\+|make|meson|ninja-build|pkgconf|git|curl|wget)$')

problems = []


def say(where, what):
    problems.append(f'{FOLDER}/{where}: {what}')


# ---- compose.yaml ----------------------------------------------------------------------------------------------------

def resolve_compose():
    """The file as compose understands it: anchors followed, variables put in."""
    command = ['docker-compose', '-f', str(ROOT / FOLDER / 'compose.yaml'), 'config']
    environment = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'CONFAB_UID': '1000', 'CONFAB_GID': '1000'}
    with tempfile.TemporaryDirectory() as home:
        environment['HOME'] = home
        for arguments in (['-q'], ['--format', 'json']):
            result = subprocess.run(command + arguments, env=environment, capture_output=True, text=True, check=False)
            if result.returncode != 0 or result.stderr.strip():
                say('compose.yaml', f'compose says: {result.stderr.strip()}')
    return json.loads(result.stdout) if result.returncode == 0 else None


def check_doors(compose):
    published = {name: service['ports'] for name, service in compose['services'].items() if service.get('ports')}
    if set(published) != {DOOR} or len(published[DOOR]) != 1:
        say('compose.yaml', f'publishes {published}, but {DOOR} is the one door')
    elif published[DOOR][0].get('host_ip') != '127.0.0.1':
        say('compose.yaml', 'is reached from elsewhere unless somebody changes it')
    if not compose['networks']['inside'].get('internal'):
        say('compose.yaml', 'the network inside is not internal')
    for name, service in compose['services'].items():
        networks = set(service.get('networks', {}))
        if networks != ({'inside', 'outside'} if name == DOOR else {'inside'}):
            say('compose.yaml', f'{name} is in the networks {sorted(networks)}')
        if service.get('network_mode') or service.get('privileged') or service.get('pid'):
            say('compose.yaml', f'{name} is not confined')


def check_service(name, service):
    if not PINNED.search(service.get('image', '')):
        say('compose.yaml', f'{name}: the image {service.get("image")} has no version')
    if service.get('cap_drop') != ['ALL'] or 'no-new-privileges:true' not in service.get('security_opt', []):
        say('compose.yaml', f'{name} keeps privileges')
    limits = service.get('deploy', {}).get('resources', {}).get('limits', {})
    if not {'cpus', 'memory', 'pids'} <= set(limits):
        say('compose.yaml', f'{name} has no bounds of cpus, memory and pids')
    if 'max-size' not in service.get('logging', {}).get('options', {}):
        say('compose.yaml', f'the log of {name} has no bound')
    if 'test' not in service.get('healthcheck', {}):
        say('compose.yaml', f'nobody looks whether {name} is well')
    for other, dependency in service.get('depends_on', {}).items():
        if dependency.get('condition') != 'service_healthy':
            say('compose.yaml', f'{name} does not wait until {other} is well')


def check_secrets(compose):
    for name, secret in compose['secrets'].items():
        if Path(secret.get('file', '')).parent != ROOT / FOLDER / 'secrets':
            say('compose.yaml', f'the secret {name} is no file of generate-secrets')
    for name, service in compose['services'].items():
        for variable, value in (service.get('environment') or {}).items():
            if SECRET_NAME.search(variable) and not variable.endswith('_FILE'):
                say('compose.yaml', f'{name} has a secret in {variable}')
            if value and PASSWORD_IN_ADDRESS.search(value):
                say('compose.yaml', f'{name} has a password in {variable}')
        words = ' '.join([*(service.get('command') or []), *(service.get('entrypoint') or [])])
        if PASSWORD_IN_ADDRESS.search(words) or re.search(r'(?:requirepass|--pass\w*|-p)[ =](?!/run/)\S{6}', words):
            say('compose.yaml', f'{name} has a password on its command line')


def check_mounts(compose):
    for name, service in compose['services'].items():
        for volume in service.get('volumes', []):
            if volume['type'] == 'bind' and not Path(volume['source']).is_file():
                say('compose.yaml', f'{name} mounts {volume["source"]}, which is not there')
            if volume['type'] == 'bind' and not volume.get('read_only'):
                say('compose.yaml', f'{name} may write to {volume["source"]}')


# ---- generate-secrets ------------------------------------------------------------------------------------------------

def run_generator(folder):
    return subprocess.run([ROOT / FOLDER / 'generate-secrets', folder], capture_output=True, text=True, check=False)


def read_folder(folder):
    return {path.name: path.read_text() for path in sorted(folder.rglob('*')) if path.is_file()}


def check_modes(folder):
    for path in folder.rglob('*'):
        mode = path.stat().st_mode & 0o777
        if mode != (0o700 if path.is_dir() else 0o600):
            say('generate-secrets', f'{path.name} has the mode {mode:o}')


def check_generator(compose):
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        folder = Path(name)
        result = run_generator(folder)
        if result.returncode != 0:
            say('generate-secrets', f'fails: {result.stderr}')
            return
        made = read_folder(folder)
        check_modes(folder)
        wanted = {Path(secret['file']).name for secret in compose['secrets'].values()}
        if set(made) != wanted | {'.env'}:
            say('generate-secrets', f'makes {sorted(made)}, and compose.yaml wants {sorted(wanted)}')
        passwords = {password for content in made.values() for password in re.findall(r'[0-9a-f]{64,}', content)}
        if len(passwords) != 4:
            say('generate-secrets', f'makes {len(passwords)} passwords, not 4')
        if any(password in result.stdout + result.stderr for password in passwords):
            say('generate-secrets', 'shows what it made')
        again = run_generator(folder)
        if again.returncode == 0 or read_folder(folder) != made:
            say('generate-secrets', 'writes over what is there')
        run_generator(Path(other))
        if any(password in content for password in passwords for content in read_folder(Path(other)).values()):
            say('generate-secrets', 'makes the same passwords again')


# ---- Containerfile ---------------------------------------------------------------------------------------------------

def read_instructions():
    """(instruction, words) with lines joined, comments left out; a list per stage."""
    lines = [line for line in text(f'{FOLDER}/Containerfile').splitlines() if not line.lstrip().startswith('#')]
    stages = []
    for line in re.sub(r'\\\n', ' ', '\n'.join(lines)).splitlines():
        if line.strip():
            instruction, words = line.split(None, 1)
            if instruction == 'FROM':
                stages.append([])
            stages[-1].append((instruction, words))
    return stages


def packages(stage):
    return {word for instruction, words in stage if instruction == 'RUN'
            for part in words.split('&&') if 'apt-get install' in part
            for word in part.split('apt-get install')[1].split() if not word.startswith('-')}


def check_containerfile():
    build, image = read_instructions()
    names = {instruction: words for instruction, words in image}
    known = set(re.sub(r'#.*', '', text('build-aux/packages')).split())
    for instruction, words in build + image:
        if instruction == 'FROM' and not PINNED.search(words.split()[0]):
            say('Containerfile', f'{words} has no version')
        if instruction == 'ADD':
            say('Containerfile', 'ADD does more than it says: COPY')
        if 'apt-get' in words and not ('apt-get update' in words and '--no-install-recommends' in words
                                       and 'rm -rf /var/lib/apt/lists/*' in words):
            say('Containerfile', 'apt-get: update, --no-install-recommends and the end of its lists belong in one RUN')
    for package in sorted(packages(build) - known):
        say('Containerfile', f'{package} is not in build-aux/packages: where the server is developed it is not there')
    for package in sorted(filter(BUILD_ONLY.search, packages(image))):
        say('Containerfile', f'the image has {package}, which nobody needs to run the server')
    if not re.fullmatch(r'[1-9]\d*(?::[1-9]\d*)?', names.get('USER', 'root')):
        say('Containerfile', 'the server runs as root')
    if names.get('STOPSIGNAL') != 'SIGTERM' or 'healthcheck' not in names.get('HEALTHCHECK', ''):
        say('Containerfile', 'has to name the signal that drains and how health is asked for')
    if names.get('ENTRYPOINT') != '["confab-server"]':
        say('Containerfile', 'a shell between the engine and the server would keep its signals')
    options = set(re.findall(r"option\('(\w+)'", text('meson.options'))) | {'strip'}
    for _instruction, words in build:
        for option in set(re.findall(r'-D(\w+)=', words)) - options:
            say('Containerfile', f'meson has no option {option}')


check_containerfile()
if not shutil.which('docker-compose'):
    if problems:
        finish(problems, 'And docker-compose, which checks the rest, is not installed.')
    skip('docker-compose is not installed')
resolved = resolve_compose()
if resolved:
    check_doors(resolved)
    for service_name, description in resolved['services'].items():
        check_service(service_name, description)
    check_secrets(resolved)
    check_mounts(resolved)
    check_generator(resolved)
finish(problems, 'Whoever starts this has it on a machine of theirs, with nobody to look at it again.')
