package io.covenant.locks.cluster;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/// Lines of the source, and what somebody might have written instead, or did elsewhere. The simulation of the
/// whole cluster must find each.
enum PlantedBug {
    KEEP_ALIVE_UNCONFIRMED(
            "etcd#15247: a primary answers keep-alives without asking whether it still leads.",
            Where.PRIMARY,
            "Renewals",
            "if (!gathered.isEmpty() && rounds.isEmpty() && tenure.now() >= nextRound) {",
            "gathered.forEach(this::tellRenewed);\ngathered.clear();\nif (!gathered.isEmpty() && rounds.isEmpty() && tenure.now() >= nextRound) {"),
    RENEWED_WHILE_EXPIRING(
            "etcd#15247: a session is renewed after its end was proposed.",
            Where.PRIMARY,
            "Expiries",
            "lease.expiring = true;",
            "lease.expiring = false;"),
    RENEWED_BEFORE_LOGGED(
            "The first renewal after an election is answered before it is logged: the next primary takes the session for"
                    + " silent.",
            Where.PRIMARY,
            "Renewals",
            "if (lease.extended) {",
            "if (lease.extended && lease.ttl < 0) {"),
    LEASES_FORGOTTEN(
            "A new primary trusts what the log knows of leases, not knowing what its predecessor answered since.",
            Where.NAMESPACE,
            "Timers",
            "long arm = Math.max(known, grace);",
            "long arm = known;"),
    EPOCH_NOT_RAISED(
            "etcd#16028: after a restore tokens begin again where the backup ends.",
            Where.PRIMARY,
            "Primary",
            "if (arms.epoch() < settings.epoch()) {",
            "if (arms.epoch() < 0) {"),
    ANSWERED_BEFORE_THE_EPOCH(
            "After a restore, clients are served while the epoch is being raised.",
            Where.PRIMARY,
            "Asks",
            "} else if (inEpoch) {",
            "} else if (inEpoch || tenure.leads()) {"),
    EPOCH_IN_MEMORY(
            "etcd#16028: the epoch that a restore raised is not in the next snapshot.",
            Where.NAMESPACE,
            "SnapshotCodec",
            "out.number(view.epoch());",
            "out.number(0);"),
    SESSIONS_OUTLIVE_A_RESTORE(
            "atlasdb#1292: a restore takes grants back, and leaves those who were told of them their sessions.",
            Where.NAMESPACE,
            "OperatorHandler",
            "sessions.endAll(Cause.EPOCH_RAISED);",
            "if (raise.epoch() < 0) sessions.endAll(Cause.EPOCH_RAISED);"),
    GRANTED_AFTER_THE_END(
            "etcd#11456: a session that ends leaves its waiters in their queues, and is granted the lock.",
            Where.NAMESPACE,
            "SessionHandler",
            "if (waiter != null) {",
            "if (waiter != null && waiter.ticket() == 0) {"),
    CANCEL_KEEPS_THE_GRANT(
            "jetcd#291: who has given up is granted the lock, and nobody releases it.",
            Where.NAMESPACE,
            "LockHandler",
            "&& undo(session.id(), target, grants)",
            "&& grants.isEmpty() && undo(session.id(), target, grants)"),
    RELEASE_TAKES_THE_YOUNGEST(
            "A release counts as that of the youngest entry: the cancel which it overtook finds nothing, and the lock stays"
                    + " with a living session.",
            Where.NAMESPACE,
            "Hold",
            "return settled(requests, released + 1, cancellable);",
            "return with(requests.subList(0, requests.size() - 1), 0);"),
    LOST_AND_TAKEN_FOR_ONES_OWN(
            "curator#1121: what a former session lost passes for the new one's own.",
            Where.NAMESPACE,
            "Queues",
            "want.mode() == Mode.PERMITS ? null : lock.heldBy(owner);",
            "lock.holds().stream().filter(Hold::lost).findFirst().orElse(lock.heldBy(owner));"),
    LATE_REQUEST_ACQUIRES(
            "A request that its cancel overtook acquires the lock for nobody.",
            Where.NAMESPACE,
            "LockHandler",
            "return over ? new Cancelled(Undone.NOTHING) : forestall(session, target);",
            "return over ? new Cancelled(Undone.NOTHING) : new Cancelled(Undone.UNSEEN);"),
    ACTED_TWICE(
            "A request that comes twice takes effect twice.",
            Where.NAMESPACE,
            "Namespace",
            "if (known != null) {",
            "if (known != null && known.waiting()) {"),
    ANSWERS_IN_MEMORY(
            "Ratis' retry cache: the answers are not in the snapshot, and a repeated request takes effect twice.",
            Where.NAMESPACE,
            "SnapshotCodec",
            "out.list(session.requests().entries(), entry -> {",
            "out.list(session.requests().entries().stream().filter(one -> one.waiting()).toList(), entry -> {"),
    DELAY_IN_MEMORY(
            "Consul: the lock-delay is in one node's memory.",
            Where.NAMESPACE,
            "SnapshotCodec",
            "out.number(hold.lostUntilMillis());",
            "out.number(hold.lostUntilMillis() == 0 ? 0 : 1);"),
    TOKENS_FROM_A_COUNTER(
            "etcd#16028: tokens do not carry the log index, and a restart gives old ones out again.",
            Where.NAMESPACE,
            "State",
            "return Token.of(epoch, index);",
            "return Token.of(epoch, stamps++);\n    }\n    private long stamps = 1;\n    static {"),
    STREAM_WITH_A_GAP(
            "Who resumes a stream is not told the first thing that came after.",
            Where.NAMESPACE,
            "EventRing",
            "if (at(middle).index() <= index) {",
            "if (at(middle).index() <= index + 1) {"),
    STREAM_TELLS_TWICE(
            "Who resumes a stream is told again what he knows.",
            Where.NAMESPACE,
            "EventRing",
            "if (at(middle).index() <= index) {",
            "if (at(middle).index() < index) {"),
    STREAM_HIDES_A_GAP(
            "Who resumes a stream after too long is told what is left, and not that something is gone.",
            Where.NAMESPACE,
            "EventRing",
            "if (afterIndex < floor) {",
            "if (afterIndex < 0) {"),
    STREAM_GOES_BACK(
            "A reader who knows more than the node that he turned to is sent back by the node's next snapshot.",
            Where.NODE,
            "EventStream",
            "case Item.Compacted(var place) -> place <= after;",
            "case Item.Compacted(var place) -> place < 0;"),
    STREAM_OUTLIVES_A_RESTORE(
            "Who resumes a stream after a restore is told what follows an index of before it.",
            Where.NODE,
            "EventStreams",
            "} else if (after != 0 && Token.epoch(after) < epoch) {",
            "} else if (after < 0) {"),
    STREAM_SLEEPS_THROUGH_A_RESTORE(
            "Who reads a stream when the epoch is raised is not told to look again.",
            Where.NODE,
            "EventStreams",
            "boolean raised = now != epoch;",
            "boolean raised = now < 0;"),
    OVERTAKEN(
            "Who tries is granted what others wait for.",
            Where.NAMESPACE,
            "Queues",
            "(lock.queue().isEmpty() && lock.fits(units(want)))",
            "lock.fits(units(want))"),
    OLD_ECHO_CONFIRMS(
            "Ratis 3.3.0: leadership is confirmed by what was heard before the question.",
            Where.KERNEL,
            "Rules",
            "return echoedRound >= round;",
            "return echoedRound > 0;"),
    VOTE_BEFORE_DURABLE(
            "JRaft#1245: a vote is answered before it is durable.",
            Where.KERNEL,
            "Rules",
            "return stateDurable;",
            "return stateDurable || true;"),
    ACKNOWLEDGED_UNDURABLE(
            "A backup acknowledges entries before they are durable.",
            Where.KERNEL,
            "Rules",
            "return Math.min(verified, durable);",
            "return Math.max(verified, durable * 0);"),
    LOG_NOT_FORCED(
            "The log is written, and not forced.",
            Where.LOG,
            "WriteAheadLog",
            "segment.file().force(end > segment.size);",
            "if (end < 0) segment.file().force(end > segment.size);"),
    SNAPSHOT_NOT_FORCED(
            "A snapshot has its name before its bytes are durable.",
            Where.LOG,
            "SnapshotWriter",
            "file.force(true);\n        close();",
            "close();"),
    NAME_NOT_FORCED(
            "A new segment's name is not durable when entries in it are acknowledged.",
            Where.LOG,
            "SegmentFiles",
            "storage.rename(SPARE, segment.name());\n            storage.force();",
            "storage.rename(SPARE, segment.name());"),
    VOTE_NOT_KEPT(
            "JRaft#1243: a vote is answered though it could not be written down.",
            Where.SHELL,
            "SimulatedServer",
            "log.putState(StorageCodec.encode(hard));",
            "hard.term();"),
    READ_UNCONFIRMED(
            "A read is answered by whoever believes to lead, as Ratis' lease does.",
            Where.SHELL,
            "SimulatedServer",
            "case Ask.ReadFile(var path) when inEpoch() -> readFile(client, path);",
            "case Ask.ReadFile(var path) when inEpoch() -> { if (raft.role() == Role.LEADER) { var file = state.file(path);"
                    + " node.reply(client.name(), client.question(), new Ask.Said.File("
                    + "file.map(one -> one.contentGeneration()).orElse(0L), file.map(one -> new String("
                    + "one.content().toBytes(), java.nio.charset.StandardCharsets.UTF_8)).orElse(\"\"))); }"
                    + " else { readFile(client, path); } }"),
    UNGUARDED(
            "The resource takes whatever comes, as from a holder who slept longer than its lease.",
            Where.RESOURCE,
            "Resource",
            "if (ask.token() < number.token) {",
            "if (ask.token() < 0) {"),
    READ_UNGUARDED(
            "The resource looks at tokens where something is written, and not where that is based on something read.",
            Where.RESOURCE,
            "Resource",
            "number.token = ask.token();",
            "if (ask instanceof Ask.Write) number.token = ask.token();"),
    COUNTED_FROM_THE_ANSWER(
            "A client counts its lease from the answer, not from the sending.",
            Where.CLIENT,
            "SimulatedClient",
            "of.renewed(sent);",
            "of.renewed(nanos());"),
    CLOCK_NOT_ASKED(
            "consul#1843: a client trusts a handle without looking at its clock, as after a pause.",
            Where.CLIENT,
            "Lease",
            "node.incarnation() == incarnation && nanos() < deadline",
            "node.incarnation() == incarnation && (!gone || nanos() < deadline)");

    /// Where the source stands.
    enum Where {
        PRIMARY("src/main/java", "io.covenant.locks.primary"),
        NAMESPACE("src/main/java", "io.covenant.locks.namespace"),
        NODE("src/main/java", "io.covenant.locks.node"),
        KERNEL("../platform/consensus/src/main/java", "io.covenant.consensus.raft"),
        LOG("../platform/consensus/src/main/java", "io.covenant.consensus.wal"),
        SHELL("src/test/java", "io.covenant.locks.cluster"),
        CLIENT("src/test/java", "io.covenant.locks.cluster"),
        RESOURCE("src/test/java", "io.covenant.locks.cluster");

        final String root;
        final String inPackage;

        Where(String root, String inPackage) {
            this.root = root;
            this.inPackage = inPackage;
        }
    }

    private static final Pattern ISSUE = Pattern.compile("(\\w+)#(\\d+): .*");
    private static final Map<String, String> REPOSITORIES = Map.of(
            "etcd", "etcd-io/etcd",
            "jetcd", "etcd-io/jetcd",
            "curator", "apache/curator",
            "consul", "hashicorp/consul",
            "atlasdb", "palantir/atlasdb",
            "JRaft", "sofastack/sofa-jraft");

    private final String mistake;
    final Where where;
    final String type;
    private final String right;
    private final String wrong;

    PlantedBug(String mistake, Where where, String type, String right, String wrong) {
        this.mistake = mistake;
        this.where = where;
        this.type = type;
        this.right = right;
        this.wrong = wrong;
    }

    /// What is wrong, with a link to whom it happened.
    String told() {
        var issue = ISSUE.matcher(mistake);
        if (!issue.matches()) {
            return mistake;
        }
        var name = issue.group(1) + "#" + issue.group(2);
        return mistake.replace(
                name,
                "[%s](https://github.com/%s/issues/%s)"
                        .formatted(name, Objects.requireNonNull(REPOSITORIES.get(issue.group(1))), issue.group(2)));
    }

    /// The source with the mistake in it.
    String plantedIn(String source) {
        int at = source.indexOf(right);
        if (at < 0 || source.indexOf(right, at + 1) >= 0) {
            throw new AssertionError(name() + " wants to stand once in " + type + ", in the place of: " + right);
        }
        return source.substring(0, at) + wrong + source.substring(at + right.length());
    }
}
