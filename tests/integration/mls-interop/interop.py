#!/usr/bin/env python3
"""interop.py: random groups of two MLS implementations that must agree after every step (README.md)

SPDX-License-Identifier: GPL-3.0-or-later
"""

import argparse
import base64
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import time

MAXIMUM_MEMBERS = 9
HERE = os.path.dirname(os.path.abspath(__file__))


def encode(data):
    return base64.b64encode(data).decode()


class Failure(Exception):
    pass


class Driver:
    """One implementation: a process that answers line by line."""

    def __init__(self, name, command, cwd=None):
        self.name = name
        self.makes_updates = name == 'confab'
        self.process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, op, **fields):
        self.process.stdin.write(json.dumps({'op': op, **fields}) + '\n')
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f'{self.name} is gone, with status {self.process.wait()}, while it should {op}')
        answer = json.loads(line)
        if 'error' in answer:
            raise Failure(f'{self.name}: {op} for {fields.get("name")}: {answer["error"]}')
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Client:
    """One device of one implementation."""

    def __init__(self, driver, name, suite):
        self.driver = driver
        self.name = name
        self.leaf = None
        driver.ask('client', name=name, suite=suite)

    def ask(self, op, **fields):
        return self.driver.ask(op, name=self.name, **fields)

    def __repr__(self):
        return f'{self.name} ({self.driver.name})'


class Sequence:
    """One group, from its creation on."""

    def __init__(self, drivers, suites, seed, counts):
        self.random = random.Random(seed)
        self.drivers = drivers
        self.counts = counts
        self.suite = self.random.choice(suites)
        self.n_clients = 0
        self.members = []
        self.pending = []   # (proposer, proposal): what every member knows of and no commit covers yet
        self.late = []      # (recipients, message, data, epochs left): messages that some did not get yet
        self.psk_id = encode(self.random.randbytes(8))
        self.psk = encode(self.random.randbytes(32))
        self.epoch = 0
        self.log = []
        first = self.make_client()
        first.ask('create', groupId=encode(self.random.randbytes(16)))
        self.members = [first]
        self.note(f'suite {self.suite}, created by {first}')

    def note(self, text):
        self.log.append(text)

    def count(self, what):
        self.counts[what] += 1

    def make_client(self):
        driver = self.random.choice(self.drivers)
        self.n_clients += 1
        client = Client(driver, f'client-{self.n_clients}', self.suite)
        client.ask('psk', id=self.psk_id, key=self.psk)
        return client

    def coin(self, probability=0.5):
        return self.random.random() < probability

    # What all must agree on

    def compare(self):
        query = {'label': self.random.choice(['confab content', 'a', 'longer label with blanks']),
                 'context': encode(self.random.randbytes(self.random.choice([0, 1, 26, 300]))),
                 'length': self.random.choice([1, 16, 32, 33, 64, 255])}
        states = [member.ask('state', **query) for member in self.members]
        for field in ('epoch', 'authenticator', 'exported', 'tree', 'active', 'members'):
            values = {json.dumps(state[field], sort_keys=True) for state in states}
            if len(values) != 1:
                raise Failure(f'{field} differs: ' + ', '.join(
                    f'{member}: {str(state[field])[:60]}' for member, state in zip(self.members, states)))
            self.count('comparisons')
        if not states[0]['active']:
            raise Failure('the group is closed')
        if states[0]['members'] != {member.name: state['leaf'] for member, state in zip(self.members, states)}:
            raise Failure(f'the members are {states[0]["members"]}, not {self.members}')
        self.count('comparisons')
        self.epoch = states[0]['epoch']
        for member, state in zip(self.members, states):
            member.leaf = state['leaf']

    # Steps

    def deliver(self, message, sender, kind, recipients=None):
        others = [member for member in (self.members if recipients is None else recipients) if member is not sender]
        self.random.shuffle(others)
        for member in others:
            answer = member.ask('process', message=message)
            if answer['kind'] != kind:
                raise Failure(f'{member} took a {kind} for a {answer["kind"]}')

    def after_commit(self, removed, joiners, deaf=()):
        self.members = [member for member in self.members if member not in removed] + joiners
        for client in removed:
            if client not in deaf and client.ask('state', label='x', context='', length=1)['active']:
                raise Failure(f'{client} was removed and thinks it is a member')
            client.ask('forget')
        self.pending = []
        self.late = [entry[:3] + (entry[3] - 1,) for entry in self.late]
        self.late = [entry for entry in self.late if entry[3] > 0]

    def empties_half(self, committer, proposals):
        """Whether a commit leaves nobody in the left half of the tree.

        Then the root is not on the committer's filtered direct path, and ts-mls 1.6.4 derives one secret more than
        RFC 9420, section 7.4, before it comes to the commit secret: everybody else disagrees with it.
        """
        proposals = list(proposals) + [proposal for _, proposal in self.pending]
        if any(proposal['type'] == 'add' for proposal in proposals):
            return False
        leaves = set(committer.ask('state', label='x', context='', length=1)['members'].values())
        leaves -= {proposal['leaf'] for proposal in proposals if proposal['type'] == 'remove'}
        width = 1 << max(leaves).bit_length()
        return width > 1 and min(leaves) >= width // 2

    def commit(self, committer, proposals=(), joiners=(), removed=()):
        """Commits @proposals and what is pending, and lets everybody know. False when ts-mls could not follow."""
        if len(self.drivers) > 1 and self.empties_half(committer, proposals):
            return False
        pending_adds = [proposal['client'] for _, proposal in self.pending if proposal['type'] == 'add']
        pending_removes = [proposal['client'] for _, proposal in self.pending if proposal['type'] == 'remove']
        joiners = list(joiners) + pending_adds
        removed = list(removed) + pending_removes
        with_tree = self.coin(0.7)
        answer = committer.ask('commit', public=self.coin(), tree=with_tree,
                               proposals=[wire(proposal) for proposal in proposals])
        # ts-mls 1.6.4 takes whoever was added into its former leaf for itself and fails: not our business.
        deaf = [client for client in removed if joiners and client.driver.name == 'ts-mls']
        self.deliver(answer['commit'], committer, 'commit', [member for member in self.members if member not in deaf])
        tree = None if with_tree else committer.ask('state', label='x', context='', length=1)['tree']
        refused = [client for client in joiners if not self.join(committer, client, answer['welcome'], tree)]
        self.after_commit(removed, [client for client in joiners if client not in refused], deaf)
        self.count('commits by ' + committer.driver.name)
        self.counts[f'welcomes from {committer.driver.name}'] += len(joiners)
        if refused:
            self.remove_refusers(committer, refused)
        return True

    def join(self, committer, client, welcome, tree):
        """Returns whether @client, whom @committer added, is a member now."""
        try:
            client.ask('join', welcome=welcome, tree=tree)
        except Failure as failure:
            if not self.is_known_refusal(failure, committer):
                raise
            return False
        return True

    def is_known_refusal(self, failure, member):
        """Whether ts-mls refuses a valid tree.

        ts-mls 1.6.4 wants a leaf's ancestors to have equal lists of unmerged leaves, where RFC 9420, section 12.4.3.1,
        wants that leaf in each of them. Other people meet it too: github.com/marmot-protocol/marmot-ts/issues/57.
        """
        if 'non-blank intermediate node must list leaf node' not in str(failure):
            return False
        tree = member.ask('state', label='x', context='', length=1)['tree']
        if not self.drivers[-1].ask('check-unmerged', tree=tree)['valid']:
            return False
        self.count('valid trees that ts-mls refuses')
        return True

    def remove_refusers(self, member, refused):
        """Those who could not take their place lose it again."""
        leaves = member.ask('state', label='x', context='', length=1)['members']
        self.note(f'{member} removes {refused}, who refused the tree')
        removes = [{'type': 'remove', 'leaf': leaves[client.name]} for client in refused]
        if not self.commit(member, removes):
            add = self.add_proposal()
            self.commit(member, removes + [add], joiners=[add['client']])
        for client in refused:
            client.ask('forget')

    def may_commit(self):
        """Those who may commit what is pending: not what updates or removes themselves."""
        barred = [proposer for proposer, proposal in self.pending if proposal['type'] == 'update']
        barred += [proposal['client'] for _, proposal in self.pending if proposal['type'] == 'remove']
        return [member for member in self.members if member not in barred]

    def is_touched(self, client):
        """Whether a pending proposal is about @client's leaf."""
        return any(proposal.get('client') is client or (proposal['type'] == 'update' and proposer is client)
                   for proposer, proposal in self.pending)

    def has_pending(self, kind):
        return any(proposal['type'] == kind for _, proposal in self.pending)

    def n_expected(self):
        effects = {'add': 1, 'remove': -1}
        return len(self.members) + sum(effects.get(proposal['type'], 0) for _, proposal in self.pending)

    def add_proposal(self):
        client = self.make_client()
        return {'type': 'add', 'client': client, 'keyPackage': client.ask('key-package')['keyPackage']}

    def removable(self, committer):
        return [member for member in self.members if member is not committer and not self.is_touched(member)]

    def step_add(self):
        committer = self.random.choice(self.may_commit())
        room = MAXIMUM_MEMBERS - self.n_expected()
        if room <= 0:
            return False
        proposals = [self.add_proposal() for _ in range(self.random.randint(1, min(3, room)))]
        joiners = [proposal['client'] for proposal in proposals]
        self.note(f'{committer} adds {joiners}')
        return self.commit(committer, proposals, joiners=joiners)

    def step_remove(self):
        committer = self.random.choice(self.may_commit())
        candidates = self.removable(committer)
        if len(candidates) < 2:
            return False
        removed = self.random.sample(candidates, self.random.randint(1, min(2, len(candidates) - 1)))
        proposals = [{'type': 'remove', 'leaf': client.leaf} for client in removed]
        self.note(f'{committer} removes {removed}')
        return self.commit(committer, proposals, removed=removed)

    def step_add_and_remove(self):
        committer = self.random.choice(self.may_commit())
        candidates = self.removable(committer)
        if not candidates:
            return False
        removed = self.random.choice(candidates)
        add = self.add_proposal()
        self.note(f'{committer} replaces {removed} by {add["client"]}')
        return self.commit(committer, [{'type': 'remove', 'leaf': removed.leaf}, add], joiners=[add['client']],
                           removed=[removed])

    def step_update(self):
        committer = self.random.choice(self.may_commit())
        self.note(f'{committer} commits' + (f' {len(self.pending)} proposals' if self.pending else ' an update'))
        return self.commit(committer)

    def step_propose(self):
        proposer = self.random.choice(self.members)
        kinds = ['add'] if self.n_expected() < MAXIMUM_MEMBERS else []
        targets = self.removable(proposer)
        # Somebody has to be left who may commit it all.
        if targets and len(self.may_commit()) > 2:
            kinds.append('remove')
        if proposer.driver.makes_updates and not self.is_touched(proposer) and len(self.may_commit()) > 2:
            kinds += ['update', 'update']
        if not self.has_pending('psk'):
            kinds.append('psk')
        if not kinds:
            return False
        kind = self.random.choice(kinds)
        proposal = {'type': kind}
        if kind == 'add':
            proposal = self.add_proposal()
        elif kind == 'remove':
            target = self.random.choice(targets)
            proposal = {'type': 'remove', 'leaf': target.leaf, 'client': target}
        elif kind == 'psk':
            proposal['id'] = self.psk_id
        message = proposer.ask('propose', public=self.coin(), proposal=wire(proposal))['message']
        self.note(f'{proposer} proposes {kind}')
        self.deliver(message, proposer, 'proposal')
        self.pending.append((proposer, proposal))
        self.count('proposals by ' + proposer.driver.name)
        return True

    def step_psk(self):
        if self.has_pending('psk'):
            return False
        committer = self.random.choice(self.may_commit())
        proposals = [{'type': 'psk', 'id': self.psk_id}]
        self.note(f'{committer} mixes in a pre-shared key')
        return self.commit(committer, proposals)

    def step_resumption(self):
        """Mixes in a secret of this epoch, which newcomers would not have."""
        if self.has_pending('add') or self.has_pending('psk'):
            return False
        committer = self.random.choice(self.may_commit())
        self.note(f'{committer} mixes in the resumption key')
        return self.commit(committer, [{'type': 'resumption', 'epoch': self.epoch}])

    def step_extensions(self):
        # ts-mls 1.6.4 commits these without the path that RFC 9420, section 17.4, requires, and with another proposal
        # that needs one encrypts the path for the extensions of before (section 12.4.1). It can take them.
        able = [member for member in self.may_commit() if member.driver.name != 'ts-mls']
        if not able:
            return False
        committer = self.random.choice(able)
        self.note(f'{committer} sets the extensions of the group')
        data = self.random.choice([b'\0\0\0', b'\0\0\2\0\1'])
        return self.commit(committer, [{'type': 'extensions', 'data': encode(data)}])

    def step_external(self):
        """Joins by an external commit; pending proposals fall away with it."""
        if len(self.members) >= MAXIMUM_MEMBERS:
            return False
        helper = self.random.choice(self.members)
        group_info = helper.ask('group-info')['groupInfo']
        newcomer = self.make_client()
        self.note(f'{newcomer} joins by itself, with the information of {helper}')
        try:
            commit = newcomer.ask('join-external', groupInfo=group_info)['commit']
        except Failure as failure:
            if not self.is_known_refusal(failure, helper):
                raise
            newcomer.ask('forget')
            return False
        self.deliver(commit, newcomer, 'commit')
        self.after_commit([], [newcomer])
        self.count('external commits by ' + newcomer.driver.name)
        return True

    def step_resync(self):
        """A member that lost its state takes its place again by an external commit."""
        if len(self.members) < 2:
            return False
        member = self.random.choice(self.members)
        helper = self.random.choice([other for other in self.members if other is not member])
        group_info = helper.ask('group-info')['groupInfo']
        self.note(f'{member} lost its state and rejoins, with the information of {helper}')
        try:
            commit = member.ask('join-external', groupInfo=group_info, formerLeaf=member.leaf)['commit']
        except Failure as failure:
            if not self.is_known_refusal(failure, helper):
                raise
            return False
        self.deliver(commit, member, 'commit')
        self.late = [entry for entry in self.late if entry[0] is not member]
        self.after_commit([], [])
        self.count('returns of ' + member.driver.name)
        return True

    def step_messages(self):
        # What is proposed has to be committed before anything is said (RFC 9420, section 15.3).
        if self.pending:
            return False
        for _ in range(self.random.randint(1, 3)):
            sender = self.random.choice(self.members)
            batch = []
            for _ in range(self.random.randint(1, 4)):
                data = encode(self.random.randbytes(self.random.choice([0, 1, 100, 1000, 20000])))
                batch.append((sender.ask('encrypt', data=data)['message'], data))
            for member in self.members:
                if member is sender:
                    continue
                mine = list(batch)
                self.random.shuffle(mine)
                if self.coin(0.2):
                    message, data = mine.pop()
                    self.late.append((member, message, data, 2))
                for message, data in mine:
                    self.check_message(member, message, data)
            self.counts['messages by ' + sender.driver.name] += len(batch)
        self.note('messages')
        return True

    def step_late(self):
        """What was kept back arrives now, perhaps an epoch later."""
        arrived, self.late = self.late, []
        for member, message, data, _ in arrived:
            if member in self.members:
                self.check_message(member, message, data)
                self.count('late messages')
        return bool(arrived)

    def check_message(self, member, message, data):
        answer = member.ask('process', message=message)
        if answer['kind'] != 'application' or answer['data'] != data:
            raise Failure(f'{member} reads a message wrongly')
        self.count('messages read')

    def step_restart(self):
        member = self.random.choice(self.members)
        member.ask('restart')
        self.note(f'{member} restarts')
        self.count('restarts')
        return True

    def run(self, n_steps):
        steps = [self.step_add] * 3 + [self.step_remove, self.step_add_and_remove] + [self.step_update] * 3 + \
            [self.step_propose] * 5 + [self.step_psk, self.step_resumption, self.step_extensions] + \
            [self.step_external, self.step_resync, self.step_restart] + [self.step_messages] * 3 + [self.step_late]
        done = 0
        while done < n_steps:
            step = self.random.choice(steps if len(self.members) > 1 else [self.step_add, self.step_external])
            if step():
                self.compare()
                self.count('steps')
                done += 1
        for member in self.members:
            member.ask('forget')


def wire(proposal):
    return {key: value for key, value in proposal.items() if key != 'client'}


def prepare_node_modules(folder):
    """Installs what package-lock.json names into @folder, and says why when it cannot."""
    if shutil.which('node') is None or shutil.which('npm') is None:
        return 'there is no Node.js with npm'
    os.makedirs(folder, exist_ok=True)
    for name in ('package.json', 'package-lock.json', '.npmrc', 'driver.mjs'):
        shutil.copy(os.path.join(HERE, name), folder)
    wanted = open(os.path.join(HERE, 'package-lock.json'), 'rb').read()
    stamp = os.path.join(folder, 'installed')
    if os.path.exists(stamp) and open(stamp, 'rb').read() == wanted:
        return None
    result = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=folder, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        return 'npm cannot install ts-mls: ' + (result.stdout.strip().splitlines() or ['no reason given'])[0]
    with open(stamp, 'wb') as file:
        file.write(wanted)
    return None


def run_sequence(drivers, suites, seed, n_steps, counts):
    """Returns what went wrong, or None."""
    sequence = None
    try:
        sequence = Sequence(drivers, suites, seed, counts)
        sequence.run(n_steps)
    except Failure as failure:
        lines = [f'seed {seed}: {failure}'] + [f'  {line}' for line in (sequence.log if sequence else [])]
        return '\n'.join('# ' + line for line in lines)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--driver', required=True, help="Confab's driver")
    parser.add_argument('--node-modules', required=True, help='folder in which ts-mls is or will be installed')
    parser.add_argument('--sequences', type=int, default=20)
    parser.add_argument('--steps', type=int, default=15)
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--suites', type=int, nargs='+', help='numbers of cipher suites; what Confab has, if not given')
    parser.add_argument('--only', choices=('confab', 'ts-mls'), help='one implementation with itself')
    arguments = parser.parse_args()

    problem = prepare_node_modules(arguments.node_modules)
    if problem is not None:
        print(f'1..0 # SKIP {problem}')
        return 0

    seed = arguments.seed if arguments.seed is not None else int.from_bytes(os.urandom(4), 'big')
    print(f'# seed {seed}: {arguments.sequences} sequences of {arguments.steps} steps')
    print(f'1..{arguments.sequences}', flush=True)
    drivers = []
    if arguments.only != 'ts-mls':
        drivers.append(Driver('confab', [arguments.driver]))
    if arguments.only != 'confab':
        drivers.append(Driver('ts-mls', ['node', '--no-warnings', 'driver.mjs'], cwd=arguments.node_modules))
    suites = arguments.suites or drivers[0].ask('suites')['suites']
    counts = collections.Counter()
    start = time.monotonic()
    n_failed = 0
    for i in range(arguments.sequences):
        problem = run_sequence(drivers, suites, seed + i, arguments.steps, counts)
        print(f'{"ok" if problem is None else "not ok"} {i + 1} - seed {seed + i}')
        if problem is not None:
            n_failed += 1
            print(problem)
            if any(driver.process.poll() is not None for driver in drivers):
                print('Bail out! A driver is gone.')
                return 1
        sys.stdout.flush()
    for driver in drivers:
        driver.close()
    for what, number in sorted(counts.items()):
        print(f'# {what}: {number}')
    print(f'# {time.monotonic() - start:.1f} s')
    return 1 if n_failed else 0


if __name__ == '__main__':
    sys.exit(main())
